#include <QSignalSpy>

#include "studiofixture.h"

#include "app/studio/annotatepage.h"
#include "app/studio/episodetable.h"
#include "app/studio/labelset.h"
#include "app/studio/practiceguide.h"
#include "app/studio/reviewpage.h"
#include "core/file.h"
#include "storage/export/libraryexport.h"
#include "widgets/robotviewport.h"

using namespace understudy;
using namespace understudy::test;

/// A newcomer's first five minutes, every act really done by key and mouse.
class TestPractice : public QObject {
    Q_OBJECT

private slots:
    void leadsFromAlignToReview();

private:
    static void standsInNothing(LibraryReader& reader, const QString& dataset);
};

void TestPractice::leadsFromAlignToReview()
{
    useOwnSettings("practice");
    QTemporaryDir folder;
    const std::filesystem::path library = folder.path().toStdString();
    Studio studio(StudioOptions{
        .library = library, .station = station(true), .practice = true, .workspace = "operate", .language = "en"});
    studio.show();
    StudioWindow& window = studio.window();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    PracticeGuide* guide = studio.guide();
    QVERIFY(guide != nullptr && guide->isVisible());
    const auto view = [&]() -> const OperateView& { return studio.session().shown(); };
    const auto awaits = [&](const char* act) { return guide->awaited() == QLatin1String(act); };
    QTRY_VERIFY_WITH_TIMEOUT(view().phase == TeleopPhase::Ready, kPatience);
    QVERIFY(view().practice);
    QTest::mouseClick(guide->findChild<QPushButton*>(), Qt::LeftButton);

    // What is not done does not count.
    QVERIFY(awaits("align"));
    click(window, Qt::Key_R);
    QTRY_VERIFY_WITH_TIMEOUT(view().recording, kPatience);
    QVERIFY(awaits("align"));
    click(window, Qt::Key_Z);
    QTRY_VERIFY_WITH_TIMEOUT(view().reset && view().lastTakes.size() == 1 && view().phase == TeleopPhase::Ready,
                             kPatience);
    click(window, Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(!view().reset, kPatience);

    press(window, Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("drive"), kPatience);
    RobotViewport& viewport = studio.operatePage().viewport();
    const QPoint grip = viewport.handleAt(1);
    QTest::mousePress(&viewport, Qt::LeftButton, {}, grip);
    for (int i = 1; i <= 12; ++i) {
        QTest::mouseMove(&viewport, grip + QPoint(0, -8 * i));
        QTest::qWait(15);
    }
    QTest::mouseRelease(&viewport, Qt::LeftButton, {}, grip + QPoint(0, -96));
    QTRY_VERIFY_WITH_TIMEOUT(awaits("let go"), kPatience);
    release(window, Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("start"), kPatience);
    click(window, Qt::Key_R);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("end") && view().takeSeconds > 1, kPatience);
    click(window, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("clear") && view().phase == TeleopPhase::Ready, kPatience);
    click(window, Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("start") && view().canStart, kPatience);
    click(window, Qt::Key_R);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("redo") && view().recording, kPatience);
    click(window, Qt::Key_Z);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("stop"), kPatience);
    click(window, Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("clear") && view().phase == TeleopPhase::Stopped, kPatience);
    click(window, Qt::Key_C);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("label"), kPatience);

    QSignalSpy complete(&studio.annotatePage(), &AnnotatePage::complete);
    click(window, Qt::Key_2, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(complete.count() > 0, kPatience);
    click(window, Qt::Key_Space);
    QTest::qWait(400);
    click(window, Qt::Key_Space);
    click(window, Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("hand in"), kPatience);
    click(window, Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(awaits("verdict"), kPatience);
    click(window, Qt::Key_3, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(window.currentPage(), QString("review"), kPatience);
    QTest::qWait(300);
    click(window, Qt::Key_A);
    QTRY_VERIFY2_WITH_TIMEOUT(awaits(""), studio.reviewPage().messages().text().toUtf8(), kPatience);
    QTest::mouseClick(guide->findChild<QPushButton*>(), Qt::LeftButton);
    QVERIFY(!guide->isVisible());

    QCOMPARE(view().done, 0);
    const auto reader = LibraryReader::open(library);
    QVERIFY(reader);
    QCOMPARE((*reader)->list({.practice = true}, 100)->episodes.size(), std::size_t(1));
    QCOMPARE(episodes(library).size(), std::size_t(3));  // with the two that were set aside
    standsInNothing(**reader, folder.filePath("dataset"));
}

/// Practice stands in no queue, no count, no statistic, no export.
void TestPractice::standsInNothing(LibraryReader& reader, const QString& dataset)
{
    QCOMPARE(reader.list({}, 100)->episodes.size(), std::size_t(0));
    QCOMPARE(*reader.count({}), 0);
    QCOMPARE(reader.list({.states = {EpisodeState::Accepted}}, 100)->episodes.size(), std::size_t(0));
    PosixFileSystem files;
    for (const std::optional<bool> practice : {std::optional(true), std::optional<bool>()}) {
        const auto refused =
            exportLibrary(files, reader, {.filter = {.practice = practice}, .to = dataset.toStdString()});
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("practice") != std::string::npos);
    }
    const auto exported = exportLibrary(files, reader, {.to = dataset.toStdString()});
    QVERIFY(!exported || exported->episodes == 0);

    // A studio of everyday work shows none of it, nor goes back to where practice was left.
    Studio everyday(StudioOptions{.library = reader.library(), .workspace = "review", .language = "en"});
    QSignalSpy listed(&everyday.reviewPage(), &ReviewPage::complete);
    everyday.show();
    everyday.window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&everyday.window()));
    QTRY_VERIFY_WITH_TIMEOUT(listed.count() > 0, kPatience);
    QCOMPARE(everyday.reviewPage().table().rowCount(), 0);
    click(everyday.window(), Qt::Key_2, Qt::ControlModifier);
    QTRY_VERIFY2_WITH_TIMEOUT(everyday.annotatePage().messages().text().contains("empty"),
                              everyday.annotatePage().messages().text().toUtf8(), kPatience);
}

QTEST_MAIN(TestPractice)
#include "tst_practice.moc"
