#include <QTest>

#include <thread>
#include <vector>

#include "core/ring.h"
#include "support/allocationcount.h"

using understudy::Ring;

class TestRing : public QObject {
    Q_OBJECT

private slots:
    void rejectsTheNewestWhenFull()
    {
        Ring<int> ring(2, 0);
        QVERIFY(ring.push(1));
        QVERIFY(ring.push(2));
        QVERIFY(!ring.push(3));
        QCOMPARE(*ring.front(), 1);
        ring.pop();
        QVERIFY(ring.push(4));
        QCOMPARE(*ring.front(), 2);
        ring.pop();
        QCOMPARE(*ring.front(), 4);
        ring.pop();
        QVERIFY(ring.front() == nullptr);
    }

    void keepsOrderBetweenThreads()
    {
        Ring<int> ring(64, 0);
        constexpr int kCount = 200'000;
        std::jthread producer([&] {
            for (int i = 0; i < kCount;)
                if (ring.push(i)) ++i;
        });
        for (int expected = 0; expected < kCount;) {
            if (const int* value = ring.front()) {
                QCOMPARE(*value, expected++);
                ring.pop();
            }
        }
    }

    void neverAllocatesAfterPrepare()
    {
        const std::vector<double> value(64, 1.0);
        Ring<std::vector<double>> ring(8, value);
        const std::size_t before = understudy::test::allocationCount();
        for (int i = 0; i < 100; ++i) {
            QVERIFY(ring.push(value));
            ring.pop();
        }
        QCOMPARE(understudy::test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestRing)
#include "tst_ring.moc"
