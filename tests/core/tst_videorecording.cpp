#include <QTest>

#include <filesystem>

#include <QProcess>
#include <QTemporaryDir>

#include "core/media/fragmentedmp4writer.h"
#include "core/media/mp4index.h"
#include "core/media/videoencoder.h"
#include "support/videopattern.h"

using namespace understudy;

namespace {

VideoEncoderOptions smallOptions()
{
    VideoEncoderOptions options;
    options.width = test::kPatternWidth;
    options.height = test::kPatternHeight;
    options.preset = EncoderPreset::Ultrafast;
    return options;
}

/// 30 Hz with a jitter that is no multiple of anything.
Timestamp jitteredCapture(int number) { return 5 * kSecond + number * 33'333'333LL + number * number % 7 * 411'037LL; }

}  // namespace

class TestVideoRecording : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;

    std::filesystem::path pathOf(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void oneImageOnePacket()
    {
        auto encoder = VideoEncoder::create(smallOptions());
        QVERIFY2(encoder, encoder ? "" : encoder.error().message.c_str());
        QVERIFY(!(*encoder)->parameters().extradata.empty());
        int sinceKey = 0;
        for (int i = 0; i < 45; ++i) {
            const auto packet = (*encoder)->encode(test::patternImage(i, jitteredCapture(i)));
            QVERIFY(packet);
            QCOMPARE(packet->sequence, static_cast<std::uint64_t>(i));
            QCOMPARE(packet->stamps.capture, jitteredCapture(i));
            QCOMPARE(packet->key, i % 10 == 0);
            sinceKey = packet->key ? 0 : sinceKey + 1;
        }
        (*encoder)->requestKey();
        QVERIFY((*encoder)->encode(test::patternImage(45, jitteredCapture(45)))->key);
        QVERIFY(!(*encoder)->encode(test::patternImage(46, jitteredCapture(46)))->key);
    }

    void slowCamerasGetAKeyImageEvery400Ms()
    {
        VideoEncoderOptions options = smallOptions();
        options.rateHz = 7;
        auto encoder = VideoEncoder::create(options);
        QVERIFY(encoder);
        Timestamp lastKey = 0;
        for (int i = 0; i < 30; ++i) {
            const Timestamp capture = i * kSecond / 7;
            const auto packet = (*encoder)->encode(test::patternImage(i, capture));
            QVERIFY(packet);
            if (packet->key) lastKey = capture;
            QVERIFY(capture - lastKey < 400 * kMillisecond);
        }
    }

    void equalImagesGiveEqualBytes()
    {
        auto first = VideoEncoder::create(smallOptions());
        auto second = VideoEncoder::create(smallOptions());
        QVERIFY(first && second);
        for (int i = 0; i < 25; ++i) {
            const auto a = (*first)->encode(test::patternImage(i, i * 33 * kMillisecond));
            const auto b = (*second)->encode(test::patternImage(i, i * 34 * kMillisecond));
            QVERIFY(a && b);
            QVERIFY(a->data == b->data);
        }
    }

    void impossibleImagesAreRefusedInWords_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<double>("rate");
        QTest::addColumn<QString>("says");
        QTest::newRow("odd") << 321 << 240 << 30.0 << "even";
        QTest::newRow("empty") << 0 << 0 << 30.0 << "0×0";
        QTest::newRow("huge") << 100000 << 240 << 30.0 << "8192";
        QTest::newRow("no rate") << 320 << 240 << 0.0 << "rate";
    }
    void impossibleImagesAreRefusedInWords()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(double, rate);
        QFETCH(QString, says);
        VideoEncoderOptions options;
        options.width = width;
        options.height = height;
        options.rateHz = rate;
        const auto encoder = VideoEncoder::create(options);
        QVERIFY(!encoder);
        QVERIFY2(QString::fromStdString(encoder.error().message).contains(says), encoder.error().message.c_str());
    }

    void anImageOfAnotherSizeIsRefused()
    {
        VideoEncoderOptions options = smallOptions();
        options.width += 2;
        auto encoder = VideoEncoder::create(options);
        QVERIFY(encoder);
        QVERIFY(!(*encoder)->encode(test::patternImage(0, 0)));
    }

    void locationsAndTimesAreThoseInTheFile()
    {
        const auto path = pathOf("locations.mp4");
        const auto locations = test::recordPattern(m_files, path, 47, jitteredCapture);
        QVERIFY2(locations, locations ? "" : locations.error().message.c_str());
        QCOMPARE(locations->size(), 47U);

        auto file = m_files.open(path, OpenMode::Read);
        QVERIFY(file);
        const auto index = readMp4Index(**file);
        QVERIFY2(index, index ? "" : index.error().message.c_str());
        QCOMPARE(index->damage, std::string());
        QCOMPARE(index->intactSize, *(*file)->size());
        QCOMPARE(index->samples.size(), 47U);
        QVERIFY(index->fragmented);
        for (std::size_t i = 0; i < index->samples.size(); ++i) {
            const VideoSample& sample = index->samples[i];
            const PacketLocation& location = (*locations)[i];
            QCOMPARE(sample.offset, location.offset);
            QCOMPARE(sample.size, location.size);
            QCOMPARE(sample.key, location.key);
            QCOMPARE(sample.key, i % 10 == 0);
            QCOMPARE(sample.pts, location.pts);
            const Duration wanted = jitteredCapture(static_cast<int>(i)) - jitteredCapture(0);
            QVERIFY(std::abs(sample.pts - wanted) <= kMicrosecond / 2);
        }
    }

    void anIndependentReaderAgrees()
    {
        const auto path = pathOf("probe.mp4");
        const auto locations = test::recordPattern(m_files, path, 47, jitteredCapture);
        QVERIFY(locations);
        const QList<test::ProbedImage> probed = test::probe(path);
        QCOMPARE(probed.size(), 47);
        for (int i = 0; i < probed.size(); ++i) {
            const PacketLocation& location = (*locations)[static_cast<std::size_t>(i)];
            QVERIFY(std::abs(probed[i].seconds - toSeconds(location.pts)) < 6e-7);
            QCOMPARE(probed[i].key, location.key);
            QCOMPARE(probed[i].offset, location.offset);
            QCOMPARE(probed[i].size, location.size);
        }
        QCOMPARE(test::decodedImageCount(path), 47);
    }

    void nothingIsInTheFileBeforeItsFragment()
    {
        auto encoder = VideoEncoder::create(smallOptions());
        QVERIFY(encoder);
        auto file = m_files.open(pathOf("early.mp4"), OpenMode::Create);
        QVERIFY(file);
        auto writer = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
        QVERIFY(writer);
        const std::uint64_t head = (*writer)->bytesWritten();
        for (int i = 0; i < 10; ++i) {
            const auto packet = (*encoder)->encode(test::patternImage(i, i * kSecond / 30));
            QVERIFY(packet);
            const auto done = (*writer)->write(*packet);
            QVERIFY(done && done->empty());
        }
        QCOMPARE((*writer)->bytesWritten(), head);
        const auto flushed = (*writer)->flush();
        QVERIFY(flushed);
        QCOMPARE(flushed->size(), 10U);
        const PacketLocation last = flushed->back();
        QCOMPARE((*writer)->bytesWritten(), last.offset + last.size);
        QVERIFY((*writer)->flush()->empty());
    }

    void anImageThatComesEarlyAfterAFlushKeepsItsTime()
    {
        const auto path = pathOf("flushed.mp4");
        auto encoder = VideoEncoder::create(smallOptions());
        auto file = m_files.open(path, OpenMode::Create);
        QVERIFY(encoder && file);
        auto writer = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
        QVERIFY(writer);
        std::vector<PacketLocation> locations;
        const auto keep = [&](const Result<std::vector<PacketLocation>>& done) {
            if (done) locations.insert(locations.end(), done->begin(), done->end());
            return done.has_value();
        };
        for (int i = 0; i < 12; ++i) {
            const auto packet = (*encoder)->encode(test::patternImage(i, i * 20 * kMillisecond));
            QVERIFY(packet);
            QVERIFY(keep((*writer)->write(*packet)));
            if (i % 4 == 3) QVERIFY(keep((*writer)->flush()));
        }
        QVERIFY(keep((*writer)->finish()));
        QCOMPARE(locations.size(), 12U);
        auto written = m_files.open(path, OpenMode::Read);
        QVERIFY(written);
        const Result<Mp4Index> index = readMp4Index(**written);
        QVERIFY(index);
        QCOMPARE(index->samples.size(), 12U);
        for (std::size_t i = 0; i < 12; ++i) {
            QCOMPARE(locations[i].pts, static_cast<Duration>(i) * 20 * kMillisecond);
            QCOMPARE(index->samples[i].pts, locations[i].pts);
        }
    }

    void capturesThatStandStillStillRise()
    {
        const auto locations =
            test::recordPattern(m_files, pathOf("still.mp4"), 12, [](int) { return Timestamp{77 * kSecond}; });
        QVERIFY(locations);
        for (std::size_t i = 0; i < locations->size(); ++i)
            QCOMPARE((*locations)[i].pts, static_cast<Duration>(i) * kMicrosecond);
    }

    void aHoleInTheTimesIsKept()
    {
        const auto path = pathOf("hole.mp4");
        const auto capture = [](int i) { return i * kSecond / 30 + (i >= 15 ? 1200 * kSecond : 0); };
        const auto locations = test::recordPattern(m_files, path, 30, capture);
        QVERIFY(locations);
        const QList<test::ProbedImage> probed = test::probe(path);
        QCOMPARE(probed.size(), 30);
        QVERIFY(std::abs(probed[15].seconds - 1200.5) < 1e-6);
    }

    void aJumpOfHalfAnHourIsRefused()
    {
        const auto capture = [](int i) { return i * kSecond / 30 + (i >= 15 ? 3600 * kSecond : 0); };
        const auto locations = test::recordPattern(m_files, pathOf("jump.mp4"), 30, capture);
        QVERIFY(!locations);
        QVERIFY(QString::fromStdString(locations.error().message).contains("new video"));
    }

    void aVideoBeginsWithAKeyImage()
    {
        auto encoder = VideoEncoder::create(smallOptions());
        auto file = m_files.open(pathOf("nokey.mp4"), OpenMode::Create);
        QVERIFY(encoder && file);
        auto writer = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
        QVERIFY(writer);
        QVERIFY((*encoder)->encode(test::patternImage(0, 0)));
        const auto second = (*encoder)->encode(test::patternImage(1, 33 * kMillisecond));
        QVERIFY(second);
        const auto written = (*writer)->write(*second);
        QVERIFY(!written);
        QVERIFY(QString::fromStdString(written.error().message).contains("key image"));
    }

    void parameterSetsAreTheSameBeforeAndAfterTheFile()
    {
        const auto path = pathOf("parameters.mp4");
        QVERIFY(test::recordPattern(m_files, path, 3, jitteredCapture));
        auto file = m_files.open(path, OpenMode::Read);
        QVERIFY(file);
        const auto index = readMp4Index(**file);
        const auto encoder = VideoEncoder::create(smallOptions());
        QVERIFY(index && encoder);
        QVERIFY(index->parameters.extradata != (*encoder)->parameters().extradata);
        QVERIFY(canShareFile(index->parameters, (*encoder)->parameters()));
        VideoEncoderOptions other = smallOptions();
        other.preset = EncoderPreset::Veryfast;
        QVERIFY(!canShareFile(index->parameters, (*VideoEncoder::create(other))->parameters()));
    }
};

QTEST_GUILESS_MAIN(TestVideoRecording)
#include "tst_videorecording.moc"
