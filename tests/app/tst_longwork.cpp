#include <atomic>
#include <thread>

#include <QPushButton>
#include <QTest>

#include "app/studio/libraryjobs.h"
#include "app/studio/longwork.h"
#include "support/libraryfixture.h"
#include "support/shared.h"

using namespace understudy;

class TestLongWork : public QObject {
    Q_OBJECT

    static WorkProgress cancelling(int after)
    {
        return [left = std::make_shared<int>(after)](const QString&, double) { return (*left)-- > 0; };
    }

private slots:
    void progressMessagesAndTheEndAreSaidInOneBar()
    {
        MessageBar bar;
        LongWork work(bar);
        std::atomic<bool> mayEnd{false};
        QVERIFY(work.start("Exporting …", [&](const WorkProgress& progress) {
            progress("half", 0.5);
            while (!mayEnd) std::this_thread::yield();
            return WorkEnd{.kind = MessageBar::Kind::Good, .text = "done"};
        }));
        QTRY_COMPARE(bar.workText(), QString("half"));
        bar.say(MessageBar::Kind::Good, "accepted");  // is seen while work goes on
        QCOMPARE(bar.text(), QString("accepted"));
        QVERIFY(bar.isWorking());
        QVERIFY(!work.start("another", [](const WorkProgress&) { return WorkEnd{}; }));
        mayEnd = true;
        QTRY_VERIFY(!work.isRunning());
        QCOMPARE(bar.text(), QString("done"));
        QVERIFY(!bar.isWorking());
    }

    void theCancelButtonEndsIt()
    {
        MessageBar bar;
        LongWork work(bar);
        bar.show();
        work.start("Checking …", [](const WorkProgress& progress) {
            while (progress("on", -1)) std::this_thread::yield();
            return WorkEnd{.kind = MessageBar::Kind::Info, .text = "cancelled"};
        });
        QTest::mouseClick(bar.findChild<QPushButton*>("message.cancel"), Qt::LeftButton);
        QTRY_COMPARE(bar.text(), QString("cancelled"));
    }

    void leavingEndsTheWorkFirst()
    {
        MessageBar bar;
        std::atomic<bool> began{false};
        std::atomic<bool> ended{false};
        {
            LongWork work(bar);
            work.start("…", [&](const WorkProgress& progress) {
                began = true;
                while (progress("on", -1)) std::this_thread::yield();
                ended = true;
                return WorkEnd{};
            });
            QTRY_VERIFY(began);
        }
        QVERIFY(ended);
    }

    void aCancelledImportLeavesNothing()
    {
        test::LibraryFixture library;
        const std::filesystem::path robot = test::source("resources/robots/understudy_one/understudy_one.xml");
        QVERIFY(std::filesystem::exists(robot));
        const WorkEnd end = importModel(library.folder(), robot, cancelling(1));
        QCOMPARE(end.kind, MessageBar::Kind::Info);
        const std::filesystem::path models = library.folder() / "models";
        QVERIFY(!std::filesystem::exists(models) || std::filesystem::is_empty(models));
        const WorkEnd whole = importModel(library.folder(), robot, cancelling(100));
        QVERIFY2(whole.kind == MessageBar::Kind::Good, qPrintable(whole.text));
        QVERIFY(!std::filesystem::is_empty(models));
        const WorkEnd missing = importModel(library.folder(), "/nowhere/robot.xml", cancelling(100));
        QCOMPARE(missing.kind, MessageBar::Kind::Bad);
        QVERIFY(!missing.text.isEmpty());
    }

    void aCancelledExportLeavesNothing()
    {
        test::LibraryFixture library;
        for (int i = 0; i < 3; ++i) library.episode(i);
        const std::filesystem::path to = library.folder().string() + "-dataset";
        const WorkEnd end = exportEpisodes(library.folder(), {}, to, cancelling(0));
        QVERIFY2(end.kind == MessageBar::Kind::Info, qPrintable(end.text));
        QVERIFY(!std::filesystem::exists(to));
        for (const auto& entry : std::filesystem::directory_iterator(library.folder().parent_path()))
            QVERIFY2(entry.path().filename() == "library", entry.path().c_str());
    }

    void aCheckSaysWhatIsDamagedAndCanBeCancelled()
    {
        test::LibraryFixture library;
        for (int i = 0; i < 3; ++i) library.episode(i);  // without files
        const WorkEnd cancelled = checkEpisodes(library.folder(), cancelling(0));
        QCOMPARE(cancelled.kind, MessageBar::Kind::Info);
        const WorkEnd end = checkEpisodes(library.folder(), cancelling(100));
        QCOMPARE(end.kind, MessageBar::Kind::Bad);
        QVERIFY(end.text.contains("0 of 3"));
    }
};

QTEST_MAIN(TestLongWork)
#include "tst_longwork.moc"
