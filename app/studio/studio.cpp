#include "app/studio/studio.h"

#include <QApplication>
#include <QSettings>
#include <QTimer>

#include "app/output.h"
#include "app/studio/annotatecontroller.h"
#include "app/studio/episodeservice.h"
#include "app/studio/libraryservice.h"
#include "app/studio/practiceguide.h"
#include "app/studio/reviewcontroller.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studiowindow.h"
#include "app/studio/vocabulary.h"
#include "widgets/messagebar.h"
#include "widgets/robotplate.h"

namespace understudy {
namespace {

constexpr int kSettleMs = 1200;         ///< a picture is complete once it has stood still so long
constexpr int kLongestWaitMs = 60'000;  ///< for a screenshot

/// The pages of a window, wired to one library and at most one session.
class Studio final : public QObject {
    Q_OBJECT

public:
    explicit Studio(const StudioOptions& options)
        : m_options(options),
          m_library(options.library),
          m_episodes(options.library),
          m_operate(new OperatePage(m_window.keys())),
          m_annotate(new AnnotatePage(m_window.keys())),
          m_review(new ReviewPage(m_window.keys())),
          m_session(*m_operate),
          m_annotation(m_library, m_episodes, *m_annotate),
          m_reviewing(m_library, m_episodes, *m_review)
    {
        const QSettings settings;
        const auto chosen = [&](const QString& wanted, const char* key, const char* usual) {
            return wanted.isEmpty() ? settings.value(QLatin1String(key), QLatin1String(usual)).toString() : wanted;
        };
        m_window.setTheme(chosen(options.theme, "window/theme", "dark") == QStringLiteral("light") ? ThemeName::Light
                                                                                                   : ThemeName::Dark);
        m_window.setLanguage(chosen(options.language, "window/language", "en"));
        m_window.addPage(
            QStringLiteral("operate"), [] { return tr("Operate"); }, m_operate);
        m_window.addPage(
            QStringLiteral("annotate"), [] { return tr("Annotate"); }, m_annotate);
        m_window.addPage(
            QStringLiteral("review"), [] { return tr("Review"); }, m_review);
        m_window.setLibraryText(QString::fromStdString(options.library.string()));
        loadVocabulary();
        connectParts();
        m_window.keys().setStop([this] { return m_session.requestStop(); });
        m_window.openPage(chosen(options.workspace, "window/page", "operate"));
    }

    void show()
    {
        m_window.show();
        m_reviewing.refresh();
        if (!m_options.episode.isEmpty()) m_annotation.open(m_options.episode);
        if (m_options.station)
            m_session.open(*m_options.station, m_options.library, m_options.practice);
        else
            m_operate->messages().say(MessageBar::Kind::Info,
                                      tr("No station is connected. Start with: understudy demo"));
        if (m_options.practice) m_guide = new PracticeGuide(m_window, m_session, *m_annotate, *m_review);
        if (!m_options.screenshot.isEmpty()) watchForCompletion();
    }

private:
    void loadVocabulary()
    {
        const Result<Vocabulary> vocabulary = Vocabulary::load(resourcePath("vocabularies/manipulation.toml"));
        if (!vocabulary) {
            m_annotate->messages().say(MessageBar::Kind::Bad, QString::fromStdString(vocabulary.error().message));
            return;
        }
        m_vocabulary = *vocabulary;
        showVocabulary();
    }

    void showVocabulary()
    {
        m_annotate->setTiers(m_vocabulary.tiers(m_window.language()));
        m_annotate->setVocabulary(m_vocabulary.labels(m_window.language()));
    }

    void connectParts()
    {
        connect(&m_window, &StudioWindow::pageLeft, this, [this](const QString& page) {
            if (page == QStringLiteral("operate")) m_session.letGo();
        });
        connect(&m_window, &StudioWindow::pageOpened, this, [this](const QString& page) {
            QSettings().setValue(QStringLiteral("window/page"), page);
            if (page == QStringLiteral("review")) m_reviewing.refresh();
            if (page == QStringLiteral("annotate")) m_annotation.openNewest();
        });
        connect(&m_window, &StudioWindow::closing, this, [this] { m_session.letGo(); });
        connect(&m_window, &StudioWindow::languageChanged, this, [this] { showVocabulary(); });
        connect(&m_reviewing, &ReviewController::openWanted, this, [this](const QString& episode) {
            m_annotation.open(episode);
            m_window.openPage(QStringLiteral("annotate"));
        });
        connect(&m_annotation, &AnnotateController::changed, &m_reviewing, &ReviewController::refresh);
        connect(&m_session, &SessionController::takeEnded, &m_reviewing, &ReviewController::refresh);
        connect(&m_session, &SessionController::opened, this, [this] {
            const RobotInfo& robot = m_session.session()->robotInfo();
            m_window.plate().setText({.real = robot.kind == RobotKind::Real,
                                      .model = QString::fromStdString(robot.name),
                                      .serial = QString::fromStdString(robot.serial),
                                      .stopDamps = robot.stop == StopBehaviour::Damps});
        });
    }

    void watchForCompletion()
    {
        auto* settle = new QTimer(this);
        settle->setSingleShot(true);
        settle->setInterval(kSettleMs);
        const auto began = [settle] {
            if (!settle->isActive()) settle->start();
        };
        const QString page = m_window.currentPage();
        if (page == QStringLiteral("operate") && m_options.station)
            connect(m_operate, &OperatePage::complete, this, began);
        else if (page == QStringLiteral("annotate"))
            connect(m_annotate, &AnnotatePage::complete, this, began);
        else
            began();
        QTimer::singleShot(kLongestWaitMs, this, began);
        connect(settle, &QTimer::timeout, this, [this] {
            const bool saved = m_window.grab().save(m_options.screenshot);
            m_session.letGo();
            QApplication::exit(saved ? kDone : kFailed);
        });
    }

    StudioOptions m_options;
    StudioWindow m_window;
    LibraryService m_library;
    EpisodeService m_episodes;
    OperatePage* m_operate;
    AnnotatePage* m_annotate;
    ReviewPage* m_review;
    SessionController m_session;
    AnnotateController m_annotation;
    ReviewController m_reviewing;
    Vocabulary m_vocabulary;
    PracticeGuide* m_guide = nullptr;
};

}  // namespace

int runStudio(const StudioOptions& options)
{
    Studio studio(options);
    studio.show();
    return QApplication::exec();
}

}  // namespace understudy

#include "studio.moc"
