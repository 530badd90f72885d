#include <QTest>

#include <thread>

#include "core/gl/offscreencontext.h"

using namespace understudy;

class TestOffscreenContext : public QObject {
    Q_OBJECT

private slots:
    void isCurrentWhereItWasMade_data()
    {
        QTest::addColumn<int>("profile");
        QTest::newRow("core") << int(GlProfile::Core);
        QTest::newRow("compatibility") << int(GlProfile::Compatibility);
    }
    void isCurrentWhereItWasMade()
    {
        QFETCH(int, profile);
        auto context = OffscreenContext::create(static_cast<GlProfile>(profile));
        QVERIFY2(context, context ? "" : context.error().message.c_str());
        QVERIFY((*context)->isCurrent());
        QVERIFY(!(*context)->renderer().empty());
        bool elsewhere = true;
        std::jthread([&] { elsewhere = (*context)->isCurrent(); }).join();
        QVERIFY(!elsewhere);
    }

    void movesToTheThreadThatWantsIt()
    {
        auto context = OffscreenContext::create(GlProfile::Compatibility);
        QVERIFY2(context, context ? "" : context.error().message.c_str());
        bool taken = true;
        std::jthread([&] { taken = (*context)->makeCurrent().has_value(); }).join();
        QVERIFY(!taken);
        (*context)->release();
        QVERIFY(!(*context)->isCurrent());
        std::jthread([&] {
            taken = (*context)->makeCurrent().has_value() && (*context)->isCurrent();
            (*context)->release();
        }).join();
        QVERIFY(taken);
        QVERIFY((*context)->makeCurrent());
    }

    void destroyingOneLeavesAnotherCurrent()
    {
        auto first = OffscreenContext::create(GlProfile::Compatibility);
        QVERIFY(first);
        (*first)->release();
        const auto second = OffscreenContext::create(GlProfile::Core);
        QVERIFY(second);
        first->reset();
        QVERIFY((*second)->isCurrent());
    }

    void twoThreadsHoldOneEach()
    {
        std::array<bool, 2> current{};
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < current.size(); ++i)
                threads.emplace_back([&, i] {
                    auto context = OffscreenContext::create(i == 0 ? GlProfile::Core : GlProfile::Compatibility);
                    current[i] = context && (*context)->isCurrent();
                });
        }
        QVERIFY(current[0]);
        QVERIFY(current[1]);
    }
};

QTEST_APPLESS_MAIN(TestOffscreenContext)
#include "tst_offscreencontext.moc"
