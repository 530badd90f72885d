#include <QTest>

#include "core/publisher.h"
#include "support/allocationcount.h"

using namespace understudy;

class TestImage : public QObject {
    Q_OBJECT

private slots:
    void poolReusesWhatNobodyHolds()
    {
        ImagePool pool(4, 2, PixelFormat::Rgb8, 2);
        auto first = pool.take();
        auto second = pool.take();
        QVERIFY(first != second);
        QCOMPARE(first->data.size(), std::size_t(24));
        const Image* address = first.get();
        first.reset();
        QCOMPARE(pool.take().get(), address);
        QCOMPARE(pool.size(), std::size_t(2));
    }

    void poolGrowsWhenItRunsDry()
    {
        ImagePool pool(4, 2, PixelFormat::Gray8, 1);
        const auto first = pool.take();
        const auto second = pool.take();
        QVERIFY(first != second);
        QCOMPARE(pool.size(), std::size_t(2));
    }

    void publisherServesReadersAndSinkWithoutAllocating()
    {
        RobotState prototype;
        prototype.position = prototype.velocity = prototype.effort = Eigen::VectorXd::Zero(29);
        Publisher<RobotState> publisher;
        Latest<RobotState>& reader = publisher.addReader();
        publisher.prepare(prototype);
        NullSink sink;
        QVERIFY(publisher.recordTo(sink, {.name = "/robot"}));
        const std::size_t before = understudy::test::allocationCount();
        for (int i = 0; i < 100; ++i) {
            publisher.value().sequence = std::uint64_t(i);
            QVERIFY(publisher.publish());
        }
        QCOMPARE(understudy::test::allocationCount(), before);
        QCOMPARE(reader.read()->sequence, std::uint64_t(99));
        QCOMPARE(reader.read()->position.size(), Eigen::Index(29));
    }
};

QTEST_APPLESS_MAIN(TestImage)
#include "tst_image.moc"
