#include "app/studio/studio.h"

#include <QApplication>
#include <QEvent>
#include <QSettings>
#include <QTimer>

#include "app/output.h"
#include "app/studio/annotatecontroller.h"
#include "app/studio/annotatepage.h"
#include "app/studio/episodeservice.h"
#include "app/studio/libraryservice.h"
#include "app/studio/practiceguide.h"
#include "app/studio/reviewcontroller.h"
#include "app/studio/reviewpage.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studiowindow.h"
#include "app/studio/vocabulary.h"
#include "widgets/messagebar.h"
#include "widgets/robotplate.h"
#include "widgets/robotviewport.h"

namespace understudy {
namespace {

constexpr QSize kPictureSize{1680, 1020};
constexpr int kSettleMs = 1200;         ///< a picture is complete once it has stood still so long
constexpr int kLongestWaitMs = 60'000;  ///< for a screenshot

/// As asked for now, else as last time, else as usual.
QString chosen(const QString& wanted, const char* key, const char* usual)
{
    return wanted.isEmpty() ? QSettings().value(QLatin1String(key), QLatin1String(usual)).toString() : wanted;
}

ThemeName themeOf(const StudioOptions& options)
{
    return chosen(options.theme, "window/theme", "dark") == QStringLiteral("light") ? ThemeName::Light
                                                                                    : ThemeName::Dark;
}

}  // namespace

struct Studio::Parts {
    explicit Parts(const StudioOptions& wanted)
        : options(wanted),
          window(themeOf(wanted)),
          library(wanted.library),
          episodes(wanted.library),
          operate(new OperatePage(window.keys())),
          annotate(new AnnotatePage(window.keys())),
          review(new ReviewPage(window.keys())),
          session(*operate),
          annotation(library, episodes, *annotate),
          reviewing(library, *review)
    {
    }

    StudioOptions options;
    StudioTimes times;
    StudioWindow window;
    LibraryService library;
    EpisodeService episodes;
    OperatePage* operate;
    AnnotatePage* annotate;
    ReviewPage* review;
    SessionController session;
    AnnotateController annotation;
    ReviewController reviewing;
    Vocabulary vocabulary;
    PracticeGuide* guide = nullptr;
};

Studio::Studio(const StudioOptions& options) : m_parts(std::make_unique<Parts>(options))
{
    Parts& parts = *m_parts;
    // Whoever connects a station came to drive; anybody else goes on where they were.
    const QString page = options.workspace.isEmpty() && options.station
                             ? QStringLiteral("operate")
                             : chosen(options.workspace, "window/page", "operate");
    StudioWindow& window = parts.window;
    window.addPage(
        QStringLiteral("operate"), [] { return tr("Operate"); }, parts.operate);
    window.addPage(
        QStringLiteral("annotate"), [] { return tr("Annotate"); }, parts.annotate);
    window.addPage(
        QStringLiteral("review"), [] { return tr("Review"); }, parts.review);
    window.setLanguage(chosen(options.language, "window/language", "en"));
    window.setLibrary(options.library);
    parts.annotation.setPractice(options.practice);
    parts.reviewing.setPractice(options.practice);
    loadVocabulary();
    connectParts();
    window.keys().setStop([this] { return m_parts->session.requestStop(); });
    window.openPage(page);
}

Studio::~Studio() = default;

const StudioTimes& Studio::times() const { return m_parts->times; }
StudioWindow& Studio::window() { return m_parts->window; }
OperatePage& Studio::operatePage() { return *m_parts->operate; }
AnnotatePage& Studio::annotatePage() { return *m_parts->annotate; }
ReviewPage& Studio::reviewPage() { return *m_parts->review; }
SessionController& Studio::session() { return m_parts->session; }
PracticeGuide* Studio::guide() { return m_parts->guide; }

void Studio::show()
{
    Parts& parts = *m_parts;
    parts.window.installEventFilter(this);
    if (!parts.options.screenshot.isEmpty()) parts.window.resize(kPictureSize);
    parts.window.show();
    parts.window.activateWindow();
    parts.reviewing.refresh();
    if (!parts.options.episode.isEmpty()) parts.annotation.open(parts.options.episode);
    if (parts.options.station)
        parts.session.open({.station = *parts.options.station,
                            .library = parts.options.library,
                            .practice = parts.options.practice,
                            .driver = parts.options.practice ? Driver::Mouse : Driver::Station,
                            .robot = {}});
    else
        parts.operate->messages().say(MessageBar::Kind::Info,
                                      tr("No station is connected. Start with: understudy demo"));
    if (parts.options.practice)
        parts.guide =
            new PracticeGuide(parts.window, parts.session, *parts.annotate, parts.annotation, parts.reviewing);
    if (!parts.options.screenshot.isEmpty()) watchForCompletion();
}

double Studio::sinceBegan() const
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_parts->options.began).count();
}

bool Studio::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::UpdateRequest && m_parts->times.usableMs < 0) {
        // After this repaint, when the loop is free for a person's input.
        QTimer::singleShot(0, this, [this] {
            if (m_parts->times.usableMs >= 0) return;
            m_parts->times.usableMs = sinceBegan();
            emit usable();
        });
    }
    return QObject::eventFilter(watched, event);
}

void Studio::loadVocabulary()
{
    const Result<Vocabulary> vocabulary = Vocabulary::load(resourcePath("vocabularies/manipulation.toml"));
    if (!vocabulary) {
        m_parts->annotate->messages().say(MessageBar::Kind::Bad, QString::fromStdString(vocabulary.error().message));
        return;
    }
    m_parts->vocabulary = *vocabulary;
    showVocabulary();
}

void Studio::showVocabulary()
{
    Parts& parts = *m_parts;
    parts.annotate->setLanguage(parts.window.language());
    parts.annotate->setTiers(parts.vocabulary.tiers(parts.window.language()));
    parts.annotate->setVocabulary(parts.vocabulary.labels(parts.window.language()));
}

void Studio::connectParts()
{
    Parts& parts = *m_parts;
    StudioWindow& window = parts.window;
    connect(&window, &StudioWindow::pageLeft, this, [this](const QString& page) {
        if (page == QStringLiteral("operate")) m_parts->session.setAway(true);
    });
    connect(&window, &StudioWindow::pageOpened, this, [this](const QString& page) {
        QSettings().setValue(QStringLiteral("window/page"), page);
        if (page == QStringLiteral("operate")) m_parts->session.setAway(false);
        if (page == QStringLiteral("review")) m_parts->reviewing.refresh();
        if (page == QStringLiteral("annotate")) m_parts->annotation.openLast();
    });
    connect(&window, &StudioWindow::closing, this, [this] { m_parts->session.setAway(true); });
    connect(&window, &StudioWindow::languageChanged, this, &Studio::showVocabulary);
    connect(parts.operate, &OperatePage::stateColour, &window, &StudioWindow::setFrame);
    connect(&parts.reviewing, &ReviewController::openWanted, this, [this](const QString& episode) {
        m_parts->annotation.open(episode);
        m_parts->window.openPage(QStringLiteral("annotate"));
    });
    connect(&parts.annotation, &AnnotateController::changed, &parts.reviewing, &ReviewController::refresh);
    connect(&parts.session, &SessionController::takeEnded, &parts.reviewing, &ReviewController::refresh);
    connect(&parts.session, &SessionController::takeChanged, &parts.reviewing, &ReviewController::refresh);
    connect(&parts.session, &SessionController::takeJudged, &parts.reviewing, &ReviewController::refresh);
    connect(&parts.session, &SessionController::opened, this, [this] {
        const RobotInfo& robot = m_parts->session.session()->robotInfo();
        m_parts->window.plate().setText({.real = robot.kind == RobotKind::Real,
                                         .model = QString::fromStdString(robot.name),
                                         .serial = QString::fromStdString(robot.serial),
                                         .stopDamps = robot.stop == StopBehaviour::Damps});
    });
    connect(&parts.session, &SessionController::viewed, this, [this](const OperateView& view) {
        StudioTimes& times = m_parts->times;
        const RobotViewport& viewport = m_parts->operate->viewport();
        if (times.drivenMs >= 0 || (view.phase != TeleopPhase::Engaging && view.phase != TeleopPhase::Active) ||
            (viewport.shownBodies() == 0 && viewport.problem().isEmpty()))
            return;
        times.drivenMs = sinceBegan();
        emit driven();
    });
}

void Studio::watchForCompletion()
{
    Parts& parts = *m_parts;
    auto* settle = new QTimer(this);
    settle->setSingleShot(true);
    settle->setInterval(kSettleMs);
    const auto began = [settle] {
        if (!settle->isActive()) settle->start();
    };
    const QString page = parts.window.currentPage();
    if (page == QStringLiteral("operate") && parts.options.station)
        connect(parts.operate, &OperatePage::complete, this, began);
    else if (page == QStringLiteral("annotate"))
        connect(parts.annotate, &AnnotatePage::complete, this, began);
    else if (page == QStringLiteral("review"))
        connect(parts.review, &ReviewPage::complete, this, began);
    else
        began();
    QTimer::singleShot(kLongestWaitMs, this, began);
    connect(settle, &QTimer::timeout, this, [this] {
        const bool saved = m_parts->window.grab().save(m_parts->options.screenshot);
        m_parts->session.letGo();
        QApplication::exit(saved ? kDone : kFailed);
    });
}

int runStudio(const StudioOptions& options)
{
    Studio studio(options);
    studio.show();
    return QApplication::exec();
}

}  // namespace understudy
