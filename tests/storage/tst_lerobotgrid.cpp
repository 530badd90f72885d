#include <QTest>

#include <cmath>
#include <numeric>
#include <random>

#include "storage/export/grid.h"
#include "storage/export/statistics.h"

using namespace understudy;

namespace {

constexpr std::int64_t kStart = 1'795'000'000'000'000'000;

CameraTimeline camera(const std::string& name, double rate, int images, Duration offset = 0)
{
    CameraTimeline timeline{name, rate, {}};
    for (int i = 0; i < images; ++i)
        timeline.captureNs.push_back(kStart + offset + std::llround(i * 1e9 / rate) + i % 3 * 300'000);
    return timeline;
}

}  // namespace

class TestLeRobotGrid : public QObject {
    Q_OBJECT

private slots:
    void rowsAreTheImagesOfTheReference()
    {
        const std::vector<CameraTimeline> cameras{camera("left", 15, 101), camera("head", 30, 200)};
        const auto grid = makeGrid(cameras, kStart, kStart + 100 * kSecond, {});
        QVERIFY2(grid, grid ? "" : grid.error().message.c_str());
        QCOMPARE(grid->reference, std::string("head"));
        QCOMPARE(grid->fps, 30);
        QVERIFY(grid->rows == cameras[1].captureNs);
        const auto left = makeGrid(cameras, kStart, kStart + 100 * kSecond, {0, "left"});
        QVERIFY(left);
        QCOMPARE(left->fps, 15);
        QVERIFY(!makeGrid(cameras, kStart, kStart + kSecond, {0, "right"}));
    }

    void allCamerasAreCovered()
    {
        const std::vector<CameraTimeline> cameras{camera("head", 30, 90), camera("left", 30, 80, 200 * kMillisecond)};
        const auto grid = makeGrid(cameras, kStart - kSecond, kStart + 3 * kSecond, {});
        QVERIFY(grid);
        const Duration tolerance = imageTolerance(30);
        for (const CameraTimeline& timeline : cameras)
            for (const ExportImage& image : nearestImages(grid->rows, timeline.captureNs, tolerance))
                QVERIFY(image.valid);
        QVERIFY(grid->rows.size() >= 80);
    }

    void aCameraThatDiedShortensNothingAndIsMarked()
    {
        const std::vector<CameraTimeline> cameras{camera("head", 30, 300), camera("left", 30, 90)};
        const auto grid = makeGrid(cameras, kStart, kStart + 10 * kSecond, {});
        QVERIFY(grid);
        QCOMPARE(grid->rows.size(), 300U);
        const auto images = nearestImages(grid->rows, cameras[1].captureNs, imageTolerance(30));
        QCOMPARE(std::ranges::count(images, true, &ExportImage::valid), 90);
        QCOMPARE(images.back().index, 89U);
    }

    void aLostImageGetsARowOfItsOwn()
    {
        CameraTimeline lossy = camera("head", 30, 60);
        lossy.captureNs.erase(lossy.captureNs.begin() + 20, lossy.captureNs.begin() + 23);
        const auto grid = makeGrid(std::vector{lossy}, kStart, kStart + 10 * kSecond, {});
        QVERIFY(grid);
        QCOMPARE(grid->rows.size(), 60U);
        for (std::size_t i = 1; i < grid->rows.size(); ++i)
            QVERIFY(std::abs(grid->rows[i] - grid->rows[i - 1] - kSecond / 30) < kMillisecond);
        const auto images = nearestImages(grid->rows, lossy.captureNs, imageTolerance(30));
        QCOMPARE(images[21].valid, false);
        QCOMPARE(images[19].valid, true);
        QCOMPARE(images[23].index, 20U);
    }

    void whatNoGridFitsIsSaid()
    {
        CameraTimeline silent = camera("head", 30, 300);
        silent.captureNs.erase(silent.captureNs.begin() + 100, silent.captureNs.begin() + 200);
        const auto gap = makeGrid(std::vector{silent}, kStart, kStart + 10 * kSecond, {});
        QVERIFY(!gap);
        QVERIFY(gap.error().message.find("silent for 3.4 s") != std::string::npos);
        CameraTimeline slow = camera("head", 15, 100);
        slow.rateHz = 30;
        const auto rate = makeGrid(std::vector{slow}, kStart, kStart + 10 * kSecond, {});
        QVERIFY(!rate);
        QVERIFY(rate.error().message.find("ran at 14.9") != std::string::npos);
        QVERIFY(makeGrid(std::vector{slow}, kStart, kStart + 10 * kSecond, {30, {}}));
        QVERIFY(!makeGrid(std::vector{CameraTimeline{"head", 30, {}}}, kStart, kStart + kSecond, {}));
        QVERIFY(!makeGrid({}, kStart, kStart + kSecond, {}));
    }

    void evenRowsOnRequest()
    {
        const auto grid = makeGrid({}, kStart, kStart + kSecond, {50, {}});
        QVERIFY(grid);
        QCOMPARE(grid->rows.size(), 51U);
        QCOMPARE(grid->rows[7], kStart + 7 * kSecond / 50);
        QCOMPARE(grid->reference, std::string("fps"));
    }

    void jointsAreBroughtOntoTheRows()
    {
        const std::vector<std::int64_t> rows{kStart - 50 * kMillisecond,  kStart,
                                             kStart + 5 * kMillisecond,   kStart + 200 * kMillisecond,
                                             kStart + 301 * kMillisecond, kStart + 500 * kMillisecond};
        for (const Resampling method : {Resampling::Interpolate, Resampling::Nearest}) {
            VectorResampler resampler(rows, {"a", "b"}, method, 20 * kMillisecond);
            for (int i = 0; i < 10; ++i) {
                const double value = i;
                resampler.add(kStart + i * 4 * kMillisecond, std::vector{value, -10 * value});
                resampler.add(kStart + i * 4 * kMillisecond, std::vector{99.0, 99.0});
                resampler.add(kStart + i * 4 * kMillisecond + 1, std::vector{std::nan(""), 0.0});
            }
            resampler.add(kStart + 300 * kMillisecond, std::vector{5.0, 5.0});
            const ExportVector result = resampler.take();
            QVERIFY(result.valid == (std::vector<std::uint8_t>{0, 1, 1, 0, 1, 0}));
            QCOMPARE(result.values[0], 0.0F);
            QCOMPARE(result.values[4], method == Resampling::Interpolate ? 1.25F : 1.0F);
            QCOMPARE(result.values[5], method == Resampling::Interpolate ? -12.5F : -10.0F);
            QCOMPARE(result.values[6], 5.0F);
            QCOMPARE(result.values[10], 5.0F);
        }
    }

    void runningStatisticsAreNearTheExactOnes()
    {
        std::mt19937 random(5);
        std::vector<double> values;
        for (int i = 0; i < 30'000; ++i) {
            values.push_back(std::normal_distribution<double>(3, 0.2)(random));
            values.push_back(1.795e18 + i * 33'333'333.0);
            values.push_back(7);
            values.push_back(i < 20 ? 1e-9 * i : -1000.0 * std::exponential_distribution<double>(1)(random));
        }
        RunningStatistics running(4);
        running.add(std::span(values).first(4));
        running.add(std::span(values).subspan(4));
        const Statistics near = running.statistics();
        const Statistics exact = statisticsOf(values, 4);
        QCOMPARE(near.count, 30'000);
        for (std::size_t d = 0; d < 4; ++d) {
            const double range = exact.max[d] - exact.min[d];
            QCOMPARE(near.min[d], exact.min[d]);
            QCOMPARE(near.max[d], exact.max[d]);
            QVERIFY(std::abs(near.mean[d] - exact.mean[d]) <= 1e-6 * range);
            QVERIFY(std::abs(near.std[d] - exact.std[d]) <= 1e-6 * range);
            for (std::size_t q = 0; q < kQuantiles.size(); ++q)
                QVERIFY(std::abs(near.quantiles[q][d] - exact.quantiles[q][d]) <= range / 2000);
        }
        QCOMPARE(exact.mean[2], 7.0);
        QCOMPARE(exact.std[2], 0.0);
        QCOMPARE(near.quantiles[2][2], 7.0);
    }

    void quantilesOfFewValuesAreInterpolated()
    {
        const Statistics two = statisticsOf(std::vector{1.0, 3.0}, 1);
        QCOMPARE(two.quantiles[2][0], 2.0);
        QCOMPARE(two.quantiles[0][0], 1.02);
        QCOMPARE(two.std[0], 1.0);
        const Statistics one = statisticsOf(std::vector{4.0}, 1);
        QCOMPARE(one.quantiles[4][0], 4.0);
    }

    void pictureStatistics()
    {
        Image image;
        image.width = 4;
        image.height = 2;
        image.data.assign(24, std::byte{0});
        for (std::size_t pixel = 0; pixel < 8; ++pixel) {
            image.data[3 * pixel] = static_cast<std::byte>(pixel < 4 ? 255 : 0);
            image.data[3 * pixel + 1] = std::byte{51};
        }
        ImageStatistics statistics;
        statistics.add(image, 1);
        const Statistics said = statistics.statistics();
        QCOMPARE(said.count, 1);
        QCOMPARE(said.mean, (std::vector{0.5, 0.2, 0.0}));
        QCOMPARE(said.min, (std::vector{0.0, 0.2, 0.0}));
        QCOMPARE(said.max, (std::vector{1.0, 0.2, 0.0}));
        QCOMPARE(said.std[0], 0.5);
        QCOMPARE(said.quantiles[0][0], 0.0);
        QCOMPARE(said.quantiles[4][0], 1.0);
        QCOMPARE(sampledPictures(50), 50U);
        QCOMPARE(sampledPictures(300), 100U);
        QCOMPARE(sampledPictures(18'000), 1554U);
    }
};

QTEST_APPLESS_MAIN(TestLeRobotGrid)
#include "tst_lerobotgrid.moc"
