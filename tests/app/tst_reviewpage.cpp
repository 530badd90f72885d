#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QCoreApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include "app/studio/episodetiles.h"
#include "app/studio/reviewcontroller.h"
#include "app/studio/reviewpage.h"
#include "support/libraryfixture.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

using namespace understudy;

/// The page in a window over a library, driven by keys and by the mouse. The episodes have no files: their pictures
/// are missing and the page goes on.
class TestReviewPage : public QObject {
    Q_OBJECT

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(m_window->focusWidget() ? m_window->focusWidget() : m_window.get(), key, modifiers);
    }

    std::string checked(EpisodeStart start)
    {
        const std::string id = m_library->episode(start);
        test::must(m_library->writer->moveTo({}, id, EpisodeState::Checked));
        return id;
    }

    EpisodeState stateOf(const std::string& id) const
    {
        return test::must(test::must(LibraryReader::open(m_library->folder()))->show(id)).state;
    }
    Review lastReview(const std::string& id) const
    {
        return test::must(test::must(LibraryReader::open(m_library->folder()))->reviews(id)).back();
    }

    void open()
    {
        m_service = std::make_unique<LibraryService>(m_library->folder());
        m_window = std::make_unique<QMainWindow>();
        m_keys = new KeyRouter(*m_window);
        m_page = new ReviewPage(*m_keys);
        m_window->setCentralWidget(m_page);
        m_keys->setPage("review");
        m_controller = std::make_unique<ReviewController>(*m_service, *m_page);
        m_window->resize(1680, 1020);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_page->setFocus();
        m_controller->refresh();
    }

    int rows() const { return m_page->table().rowCount(); }

private slots:
    void initTestCase()
    {
        QCoreApplication::setApplicationName("tst_reviewpage");
        QStandardPaths::setTestModeEnabled(true);
        QSettings().clear();
        applyTheme(*qApp, ThemeName::Dark);
    }

    void init() { m_library = std::make_unique<test::LibraryFixture>(); }

    void cleanup()
    {
        m_controller.reset();
        m_window.reset();
        m_service.reset();
        m_library.reset();
    }

    void acceptsReturnsAndRejectsByKeyAndTakesEachBack()
    {
        std::vector<std::string> ids;
        for (int i = 0; i < 4; ++i) ids.push_back(checked(m_library->start(100 - i)));  // newest first in the list
        open();
        QTRY_COMPARE(rows(), 4);
        QCOMPARE(m_page->currentEpisode().toStdString(), ids[0]);
        key(Qt::Key_A);
        QTRY_COMPARE(stateOf(ids[0]), EpisodeState::Accepted);
        QTRY_COMPARE(m_page->currentEpisode().toStdString(), ids[1]);
        key(Qt::Key_T);
        key(Qt::Key_1);
        QTRY_COMPARE(stateOf(ids[1]), EpisodeState::Returned);
        QCOMPARE(lastReview(ids[1]).returnTo, ReturnTo::Annotator);
        QTRY_COMPARE(m_page->currentEpisode().toStdString(), ids[2]);
        key(Qt::Key_S);
        key(Qt::Key_Tab);
        auto* words = m_page->findChild<QLineEdit*>("review.words");
        QVERIFY(words->hasFocus());
        QTest::keyClicks(words, "the bowl was missing a1");
        QTest::keyClick(words, Qt::Key_Return);
        QTRY_COMPARE(stateOf(ids[2]), EpisodeState::Returned);
        QCOMPARE(lastReview(ids[2]).returnTo, ReturnTo::Station);
        QCOMPARE(lastReview(ids[2]).reason, std::string("the bowl was missing a1"));
        QTRY_COMPARE(m_page->currentEpisode().toStdString(), ids[3]);
        key(Qt::Key_X);
        key(Qt::Key_2);
        QTRY_COMPARE(stateOf(ids[3]), EpisodeState::Rejected);
        QVERIFY(!lastReview(ids[3]).reason.empty());
        for (int i = 3; i >= 0; --i) {
            key(Qt::Key_Z, Qt::ControlModifier);
            QTRY_COMPARE(stateOf(ids[static_cast<std::size_t>(i)]), EpisodeState::Checked);
        }
        key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(m_page->messages().text().contains("no verdict"));
    }

    void noVerdictLiesOnShuttleOrRecordKeys()
    {
        const std::string id = checked(m_library->start());
        open();
        QTRY_COMPARE(rows(), 1);
        for (const Qt::Key each : {Qt::Key_J, Qt::Key_K, Qt::Key_L, Qt::Key_R, Qt::Key_Space, Qt::Key_1}) key(each);
        for (const KeyAct& act : m_keys->acts())
            for (const Qt::Key each : {Qt::Key_J, Qt::Key_K, Qt::Key_L, Qt::Key_R})
                QVERIFY2(act.key != QKeySequence(each), qPrintable(act.id));
        QTest::qWait(50);
        QCOMPARE(stateOf(id), EpisodeState::Checked);
    }

    void verdictsByMouse()
    {
        const std::string id = checked(m_library->start());
        open();
        QTRY_COMPARE(rows(), 1);
        QTRY_VERIFY(m_page->findChild<QPushButton*>("review.reject")->isEnabled());
        QTest::mouseClick(m_page->findChild<QPushButton*>("review.reject"), Qt::LeftButton);
        QTest::mouseClick(m_page->findChild<QPushButton*>("review.reason1"), Qt::LeftButton);
        QTRY_COMPARE(stateOf(id), EpisodeState::Rejected);
        auto* takeBack = m_page->findChild<QPushButton*>("message.action");
        QTRY_VERIFY(takeBack->isVisible());
        QTest::mouseClick(takeBack, Qt::LeftButton);
        QTRY_COMPARE(stateOf(id), EpisodeState::Checked);
        QTest::mouseClick(m_page->findChild<QPushButton*>("review.accept"), Qt::LeftButton);
        QTRY_COMPARE(stateOf(id), EpisodeState::Accepted);
    }

    void escGivesUpAReason()
    {
        const std::string id = checked(m_library->start());
        open();
        QTRY_COMPARE(rows(), 1);
        QTRY_VERIFY(m_page->findChild<QPushButton*>("review.reject")->isEnabled());
        key(Qt::Key_X);
        key(Qt::Key_A);  // no verdict while a reason is asked for
        key(Qt::Key_Escape);
        key(Qt::Key_1);
        QTest::qWait(50);
        QCOMPARE(stateOf(id), EpisodeState::Checked);
    }

    void severalAtOnceAndBackAtOnce()
    {
        std::vector<std::string> ids;
        for (int i = 0; i < 5; ++i) ids.push_back(checked(m_library->start(100 - i)));
        ids.push_back(m_library->episode(m_library->start(10)));  // recorded, not checked: may not be judged
        open();
        QTRY_COMPARE(rows(), 6);
        key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(m_page->selectedEpisodes().size(), 6);
        key(Qt::Key_X);
        key(Qt::Key_1);
        for (int i = 0; i < 5; ++i) QTRY_COMPARE(stateOf(ids[static_cast<std::size_t>(i)]), EpisodeState::Rejected);
        QCOMPARE(stateOf(ids[5]), EpisodeState::Recorded);
        QTRY_VERIFY(m_page->messages().text().contains("refused"));
        key(Qt::Key_Z, Qt::ControlModifier);
        for (int i = 0; i < 5; ++i) QTRY_COMPARE(stateOf(ids[static_cast<std::size_t>(i)]), EpisodeState::Checked);
        QTRY_COMPARE(m_page->table().line(0)->state, QString("checked"));
        m_page->select(QString::fromStdString(ids[0]));
        key(Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(m_page->selectedEpisodes().size(), 2);
        const QRect tile = m_page->tiles().visualRect(m_page->table().index(3, 0));
        QTest::mouseClick(m_page->tiles().viewport(), Qt::LeftButton, Qt::ControlModifier, tile.center());
        QCOMPARE(m_page->selectedEpisodes().size(), 3);
    }

    void filtersAndSearchInBothLanguages()
    {
        EpisodeStart cup = m_library->start(1);
        cup.robot = "unitree_g1";
        cup.station = "07";
        checked(cup);
        EpisodeStart bowl = m_library->start(2);
        bowl.taskId = m_library->task("Move the bowl", "移动碗", "Move the bowl");
        bowl.robot = "booster_t1";
        bowl.station = "08";
        const QString bowlId = QString::fromStdString(m_library->episode(bowl));
        open();
        QTRY_COMPARE(rows(), 2);
        const auto choose = [&](const char* name, const QString& choice) {
            auto* combo = m_page->findChild<QComboBox*>(QLatin1String("review.") + QLatin1String(name));
            QTRY_VERIFY(combo->findData(choice) >= 0);
            combo->setCurrentIndex(combo->findData(choice));
            QTRY_COMPARE(rows(), 1);
            QTRY_COMPARE(m_page->currentEpisode(), bowlId);
            key(Qt::Key_Backspace, Qt::ControlModifier);
            QTRY_COMPARE(rows(), 2);
        };
        m_controller->refresh();
        choose("task", "Move the bowl");
        choose("robot", "booster_t1");
        choose("station", "08");
        choose("state", "recorded");
        auto* search = m_page->findChild<QLineEdit*>("review.search");
        for (const QString& words : {QStringLiteral("移动"), QStringLiteral("bowl")}) {
            key(Qt::Key_Slash);
            QVERIFY(search->hasFocus());
            search->setText(words);
            QTRY_COMPARE(rows(), 1);
            QCOMPARE(m_page->currentEpisode(), bowlId);
            QTest::keyClick(search, Qt::Key_Return);
            QVERIFY(!search->hasFocus());
            key(Qt::Key_Backspace, Qt::ControlModifier);
            QTRY_COMPARE(rows(), 2);
        }
        auto* state = m_page->findChild<QComboBox*>("review.state");
        state->setCurrentIndex(state->findData("accepted"));
        QTRY_COMPARE(rows(), 0);
        QVERIFY(!m_page->findChild<QPushButton*>("review.accept")->isEnabled());
    }

    void practiceStandsInNoQueue()
    {
        EpisodeStart practice = m_library->start(1);
        practice.practice = true;
        m_library->episode(practice);
        m_library->episode(m_library->start(2));
        open();
        QTRY_COMPARE(rows(), 1);
        m_controller->setPractice(true);
        m_controller->refresh();
        QTRY_COMPARE(m_page->currentEpisode().toStdString(), practice.id);
        QCOMPARE(rows(), 1);
    }

    void pagesComeAsTheyAreScrolledTo()
    {
        for (int i = 0; i < 230; ++i) m_library->episode(m_library->start(i));
        open();
        const QAbstractItemModelTester tester(&m_page->table(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_VERIFY(rows() >= 100);
        QTRY_VERIFY(m_page->findChild<QLabel*>("review.count")->text().contains("230"));
        while (rows() < 230) {
            const int before = rows();
            m_page->tiles().scrollToBottom();
            QTRY_VERIFY(rows() > before);
        }
        QCOMPARE(rows(), 230);
        const auto [first, last] = m_page->tiles().visibleRows();
        QVERIFY(first >= 0 && last < 230 && first <= last);
        m_page->table().setThumbnail(m_page->table().line(0)->id, QImage(4, 3, QImage::Format_RGB32));
        QVERIFY(m_page->table().thumbnail(m_page->table().line(0)->id).has_value());
        m_page->table().clearThumbnails();
        QVERIFY(!m_page->table().thumbnail(m_page->table().line(0)->id).has_value());
    }

    void oneViewForEveryTile()
    {
        m_library->episode(m_library->start(1));
        open();
        QTRY_COMPARE(rows(), 1);
        QTRY_VERIFY(m_page->table().thumbnail(m_page->currentEpisode()).has_value());  // without files: a null picture
        auto* preview = m_page->findChild<ImageView*>("review.preview");
        QTRY_VERIFY(!preview->placeholder().isEmpty());  // what it was given of the files that are not there
        m_page->setPreview(m_page->currentEpisode(), {"head", "wrist"}, kSecond, {});
        QSignalSpy changed(m_page, &ReviewPage::cameraChanged);
        key(Qt::Key_V);
        QCOMPARE(m_page->camera(), QString("wrist"));
        key(Qt::Key_V);
        QCOMPARE(m_page->camera(), QString("head"));
        QCOMPARE(changed.count(), 2);
        QSignalSpy wanted(m_page, &ReviewPage::previewImageWanted);
        QTRY_VERIFY(wanted.count() > 2);  // it plays
        m_page->setPreviewImage(m_page->currentEpisode(), 0, QImage());
    }

    void aLibraryThatVanishesIsSaidAndComesBack()
    {
        const std::string id = checked(m_library->start());
        open();
        QTRY_COMPARE(rows(), 1);
        const std::filesystem::path away = m_library->folder().string() + ".away";
        std::filesystem::rename(m_library->folder(), away);
        key(Qt::Key_A);
        QTRY_VERIFY(!m_page->messages().text().isEmpty());
        QVERIFY(!std::filesystem::exists(m_library->folder()));  // no empty one in its place
        std::filesystem::rename(away, m_library->folder());
        m_controller->refresh();
        QTRY_COMPARE(rows(), 1);
        key(Qt::Key_A);
        QTRY_COMPARE(stateOf(id), EpisodeState::Accepted);
    }

private:
    std::unique_ptr<test::LibraryFixture> m_library;
    std::unique_ptr<LibraryService> m_service;
    std::unique_ptr<QMainWindow> m_window;
    std::unique_ptr<ReviewController> m_controller;
    KeyRouter* m_keys = nullptr;
    ReviewPage* m_page = nullptr;
};

QTEST_MAIN(TestReviewPage)
#include "tst_reviewpage.moc"
