#include <QTest>

#include <thread>
#include <vector>

#include "core/latest.h"
#include "support/allocationcount.h"

using understudy::Latest;

class TestLatest : public QObject {
    Q_OBJECT

private slots:
    void isEmptyBeforeTheFirstWrite()
    {
        Latest<int> latest(7);
        QVERIFY(latest.read() == nullptr);
    }

    void keepsTheNewestAndGivesItAgain()
    {
        Latest<int> latest(0);
        latest.write(1);
        latest.write(2);
        QCOMPARE(*latest.read(), 2);
        QCOMPARE(*latest.read(), 2);
        latest.write(3);
        QCOMPARE(*latest.read(), 3);
    }

    void neverAllocatesAfterPrepare()
    {
        const std::vector<double> value(64, 1.0);
        Latest<std::vector<double>> latest(value);
        const std::size_t before = understudy::test::allocationCount();
        for (int i = 0; i < 1000; ++i) {
            latest.write(value);
            QVERIFY(latest.read() != nullptr);
        }
        QCOMPARE(understudy::test::allocationCount(), before);
    }

    void neverTearsAValueAndNeverGoesBack()
    {
        struct Pair {
            std::uint64_t a = 0;
            std::array<std::uint64_t, 30> filler{};
            std::uint64_t b = 0;
        };
        Latest<Pair> latest(Pair{});
        constexpr std::uint64_t kCount = 200'000;
        std::jthread writer([&] {
            for (std::uint64_t i = 1; i <= kCount; ++i) {
                Pair pair;
                pair.a = i;
                pair.b = i;
                latest.write(pair);
            }
        });
        std::uint64_t last = 0;
        while (last < kCount) {
            if (const Pair* pair = latest.read()) {
                QCOMPARE(pair->a, pair->b);
                QVERIFY(pair->a >= last);
                last = pair->a;
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestLatest)
#include "tst_latest.moc"
