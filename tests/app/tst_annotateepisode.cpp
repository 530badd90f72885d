#include <QCoreApplication>
#include <QLabel>
#include <QMainWindow>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/studio/annotatecontroller.h"
#include "app/studio/annotatepage.h"
#include "app/studio/episodeservice.h"
#include "app/studio/episodetiles.h"
#include "app/studio/longepisode.h"
#include "app/studio/reviewcontroller.h"
#include "app/studio/reviewpage.h"
#include "support/libraryfixture.h"
#include "support/shared.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/theme.h"

using namespace understudy;
namespace fs = std::filesystem;

/// Both pages on a recorded episode of the embedded robot, down to the files.
class TestAnnotateEpisode : public QObject {
    Q_OBJECT

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(m_page, key, modifiers); }

    void open(const QString& id)
    {
        m_library = std::make_unique<LibraryService>(m_folder);
        m_episodes = std::make_unique<EpisodeService>(m_folder);
        m_window = std::make_unique<QMainWindow>();
        m_keys = new KeyRouter(*m_window);
        m_page = new AnnotatePage(*m_keys);
        m_window->setCentralWidget(m_page);
        m_keys->setPage("annotate");
        m_page->setTiers({{.id = "skill", .title = "Skill"}});
        m_page->setVocabulary({{.id = "reach", .title = "Reach"}, {.id = "grasp", .title = "Grasp"}});
        m_controller = std::make_unique<AnnotateController>(*m_library, *m_episodes, *m_page);
        m_window->resize(1680, 1020);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        if (id.isEmpty())
            m_controller->openLast();
        else
            m_controller->open(id);
        QTRY_VERIFY_WITH_TIMEOUT(m_page->moments() > 0, 30'000);
    }

    void close()
    {
        m_controller.reset();
        m_window.reset();
        m_episodes.reset();
        m_library.reset();
    }

    std::vector<Segment> stored() const
    {
        return test::must(test::must(LibraryReader::open(m_folder))->segments(m_id.toStdString()));
    }
    EpisodeRow row() const { return test::must(test::must(LibraryReader::open(m_folder))->show(m_id.toStdString())); }
    fs::path files() const { return m_folder / row().path; }

private slots:
    void initTestCase()
    {
        QCoreApplication::setApplicationName("tst_annotateepisode");
        QStandardPaths::setTestModeEnabled(true);
        QSettings().clear();
        applyTheme(*qApp, ThemeName::Dark);
        m_folder = m_temporary.path().toStdString() + "/library";
        const auto robot =
            test::must(RobotModel::load(test::source("resources/robots/understudy_one/understudy_one.xml"),
                                        test::source("resources/profiles/understudy_one.toml")));
        m_id = QString::fromStdString(test::must(recordLongEpisode(m_folder, robot, 4 * kSecond, [](double) {})));
    }

    void cleanup() { close(); }

    void everyEditIsStoredAtOnceAndSurvivesAKill()
    {
        open(m_id);
        QVERIFY(m_page->viewport().isVisible());
        QCOMPARE(m_page->cameras().size(), 3U);
        QTRY_COMPARE(m_page->player().image(), 0);
        for (int i = 0; i < 15; ++i) key(Qt::Key_Right);
        QCOMPARE(m_page->player().image(), 15);
        QTRY_VERIFY(!m_page->cameras()[2]->image().isNull());
        key(Qt::Key_Return);
        QTRY_COMPARE(stored().size(), 1U);
        QCOMPARE(stored()[0].label, std::string("reach"));
        key(Qt::Key_2);
        QTRY_COMPARE(stored()[0].label, std::string("grasp"));
        key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(stored()[0].label, std::string("reach"));
        key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(stored()[0].label, std::string("grasp"));
        const std::int64_t ends = stored()[0].endNs;
        QVERIFY(ends > row().startedAtNs - kSecond && ends < row().startedAtNs + 10 * kSecond);  // log time
    }

    void opensWhereItWasLeft()
    {
        open(m_id);
        m_page->player().seek(fromSeconds(2.5));
        key(Qt::Key_Equal);
        const AnnotatePlace left = m_page->place();
        close();
        open({});
        QTRY_COMPARE(m_page->player().time(), left.playhead);
        QVERIFY(m_page->place() == left);
    }

    void aLibraryThatVanishesTakesTheEditBackAndSaysSo()
    {
        open(m_id);
        const auto before = m_page->labels().segments();
        m_page->player().seek(fromSeconds(3.5));
        const fs::path away = m_folder.string() + ".away";
        fs::rename(m_folder, away);
        key(Qt::Key_Return);
        QTRY_VERIFY(m_page->labels().unsaved() == 0);
        const bool refused = m_page->labels().segments() == before;
        fs::remove_all(m_folder);
        fs::rename(away, m_folder);
        QVERIFY(refused);
        QVERIFY(!m_page->messages().text().isEmpty());
        key(Qt::Key_Return);
        QTRY_COMPARE(stored().size(), before.size() + 1);
        key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(stored().size(), before.size());
    }

    void aCameraWithoutItsFileSaysWhyAndTheRestGoesOn()
    {
        const fs::path video = files() / "head.mp4";
        fs::rename(video, video.string() + ".away");
        open(m_id);
        QTRY_VERIFY(!m_page->cameras()[0]->placeholder().isEmpty());
        QTRY_VERIFY(!m_page->cameras()[1]->image().isNull());
        fs::rename(video.string() + ".away", video);
    }

    void anEpisodeWhoseModelIsGoneIsShownWithoutARobot()
    {
        const fs::path models = m_folder / "models";
        fs::rename(models, models.string() + ".away");
        open(m_id);
        QVERIFY(m_page->findChild<QLabel*>("annotate.noRobot")->isVisible());
        QVERIFY(!m_page->messages().text().isEmpty());
        QTRY_VERIFY(!m_page->cameras()[0]->image().isNull());
        fs::rename(models.string() + ".away", models);
    }

    void anEpisodeWithoutAnyFileStillShowsItsLabels()
    {
        const fs::path folder = files();
        fs::rename(folder, folder.string() + ".away");
        open(m_id);
        QVERIFY(!m_page->messages().text().isEmpty());
        QCOMPARE(m_page->labels().segments().size(), stored().size());
        fs::rename(folder.string() + ".away", folder);
    }

    void handingInChecksAndMovesItOn()
    {
        open(m_id);
        QCOMPARE(row().state, EpisodeState::Recorded);
        key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(row().state, EpisodeState::Labelled);
        m_page->player().seek(fromSeconds(3.2));
        key(Qt::Key_Return);
        QTRY_VERIFY(stored().back().endNs > stored().front().startNs);
    }

    void reviewShowsItAndItPlays()
    {
        LibraryService library(m_folder);
        QMainWindow window;
        auto* keys = new KeyRouter(window);
        auto* page = new ReviewPage(*keys);
        window.setCentralWidget(page);
        keys->setPage("review");
        ReviewController controller(library, *page);
        window.resize(1680, 1020);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        page->setFocus();
        controller.refresh();
        QTRY_COMPARE(page->table().rowCount(), 1);
        QTRY_VERIFY(page->table().thumbnail(m_id).has_value() && !page->table().thumbnail(m_id)->isNull());
        auto* preview = page->findChild<ImageView*>("review.preview");
        QTRY_VERIFY(!preview->image().isNull());
        const QImage first = preview->image();
        QTRY_VERIFY(preview->image() != first);
        QTest::keyClick(page->focusWidget(), Qt::Key_V);
        QTRY_COMPARE(preview->name(), QString("left_wrist"));
        QTest::keyClick(page->focusWidget(), Qt::Key_A);
        QTRY_COMPARE(row().state, EpisodeState::Accepted);
        controller.work().cancel();
        const fs::path to = m_folder.parent_path() / "dataset";
        controller.exportTo(to);
        QTRY_VERIFY_WITH_TIMEOUT(!controller.work().isRunning(), 60'000);
        QVERIFY2(fs::exists(to / "meta"), qPrintable(page->messages().text()));
    }

private:
    QTemporaryDir m_temporary;
    fs::path m_folder;
    QString m_id;
    std::unique_ptr<LibraryService> m_library;
    std::unique_ptr<EpisodeService> m_episodes;
    std::unique_ptr<QMainWindow> m_window;
    std::unique_ptr<AnnotateController> m_controller;
    KeyRouter* m_keys = nullptr;
    AnnotatePage* m_page = nullptr;
};

QTEST_MAIN(TestAnnotateEpisode)
#include "tst_annotateepisode.moc"
