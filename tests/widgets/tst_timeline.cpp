#include <QSignalSpy>
#include <QTest>

#include "widgets/timeline.h"

using namespace understudy;

class TestTimeline : public QObject {
    Q_OBJECT

    static QPoint at(const Timeline& timeline, double seconds, int tier)
    {
        const double x =
            Timeline::left() + timeline.axis().toX(fromSeconds(seconds), timeline.width() - Timeline::left());
        return {int(std::lround(x)), tier < 0 ? 10 : 28 + 4 + tier * 40 + 18};
    }

private slots:
    void init()
    {
        m_timeline = std::make_unique<Timeline>();
        m_timeline->resize(1120, 120);
        m_timeline->setDuration(10 * kSecond);
        m_timeline->setTiers({{.id = "skill",
                               .title = "Skill",
                               .segments = {{.id = "a", .label = "reach", .start = kSecond, .end = 3 * kSecond},
                                            {.id = "b", .label = "grasp", .start = 5 * kSecond, .end = 7 * kSecond}}},
                              {.id = "note", .title = "Note", .segments = {}}});
        m_timeline->show();
    }

    void draggingEmptyRoomCreatesUpToTheNeighbour()
    {
        QSignalSpy created(m_timeline.get(), &Timeline::createWanted);
        QTest::mousePress(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 3.5, 0));
        QTest::mouseMove(m_timeline.get(), at(*m_timeline, 6, 0));
        QTest::mouseRelease(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 6, 0));
        QCOMPARE(created.count(), 1);
        QCOMPARE(created[0][0].toString(), QString("skill"));
        QVERIFY(std::abs(created[0][1].value<Timestamp>() - fromSeconds(3.5)) < 20 * kMillisecond);
        QCOMPARE(created[0][2].value<Timestamp>(), 5 * kSecond);
    }

    void anEdgeMovesButNotPastItsNeighbour()
    {
        QSignalSpy moved(m_timeline.get(), &Timeline::moveWanted);
        QTest::mousePress(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 3, 0) - QPoint(2, 0));
        QTest::mouseMove(m_timeline.get(), at(*m_timeline, 6, 0));
        QTest::mouseRelease(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 6, 0));
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved[0][0].toString(), QString("a"));
        QCOMPARE(moved[0][1].value<Timestamp>(), kSecond);
        QCOMPARE(moved[0][2].value<Timestamp>(), 5 * kSecond);
    }

    void aClickSelectsAndChangesNothing()
    {
        QSignalSpy moved(m_timeline.get(), &Timeline::moveWanted);
        QSignalSpy selected(m_timeline.get(), &Timeline::selectionChanged);
        QTest::mouseClick(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 6, 0));
        QCOMPARE(m_timeline->selected(), QString("b"));
        QCOMPARE(selected.count(), 1);
        QCOMPARE(moved.count(), 0);
        QTest::mouseClick(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 6, 1));
        QCOMPARE(m_timeline->currentTier(), 1);
        QVERIFY(m_timeline->selected().isEmpty());
    }

    void theRulerScrubs()
    {
        QSignalSpy scrubbed(m_timeline.get(), &Timeline::scrubbed);
        QTest::mouseClick(m_timeline.get(), Qt::LeftButton, {}, at(*m_timeline, 4, -1));
        QCOMPARE(scrubbed.count(), 1);
        QVERIFY(std::abs(scrubbed[0][0].value<Timestamp>() - 4 * kSecond) < 20 * kMillisecond);
    }

    void zoomKeepsTheAnchorAndStaysInside()
    {
        const TimeAxis axis{.from = 0, .to = 10 * kSecond};
        const TimeAxis zoomed = axis.zoomed(0.5, 4 * kSecond, 10 * kSecond);
        QCOMPARE(zoomed.to - zoomed.from, 5 * kSecond);
        QCOMPARE(zoomed.toX(4 * kSecond, 1000), axis.toX(4 * kSecond, 1000));
        const TimeAxis all = zoomed.zoomed(100, kSecond, 10 * kSecond);
        QVERIFY(all == axis);
        QVERIFY(axis.zoomed(1e-9, kSecond, 10 * kSecond).to > axis.zoomed(1e-9, kSecond, 10 * kSecond).from);
    }

    void ticksAreRound()
    {
        QCOMPARE((TimeAxis{.from = 0, .to = 10 * kSecond}.tick(10)), kSecond);
        QCOMPARE((TimeAxis{.from = 0, .to = 14 * kSecond}.tick(10)), 2 * kSecond);
        QCOMPARE(formatTime(1500 * kMillisecond, 500 * kMillisecond), QString("1.5"));
    }

private:
    std::unique_ptr<Timeline> m_timeline;
};

QTEST_MAIN(TestTimeline)
#include "tst_timeline.moc"
