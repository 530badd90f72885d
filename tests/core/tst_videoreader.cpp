#include <QTest>

#include <random>

#include <QTemporaryDir>

#include "core/media/encoderchoice.h"
#include "core/media/mp4reader.h"
#include "support/videopattern.h"

using namespace understudy;

namespace {

Timestamp captureOf(int number) { return kSecond + number * 33'333'333LL + number % 3 * 1'500'000LL; }

}  // namespace

class TestVideoReader : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;

    std::filesystem::path pathOf(const char* name) const { return m_folder.filePath(name).toStdString(); }

    /// A copy of the first `size` bytes.
    std::filesystem::path cut(const std::vector<std::byte>& content, std::uint64_t size)
    {
        const auto path = pathOf("cut.mp4");
        (void)m_files.remove(path);
        auto file = m_files.open(path, OpenMode::Create);
        if (file) (void)(*file)->write(0, std::span(content).first(size));
        return path;
    }

    void compareEveryImage(const std::filesystem::path& path, int count)
    {
        auto reader = Mp4Reader::open(m_files, path);
        QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
        QCOMPARE((*reader)->size(), static_cast<std::size_t>(count));
        std::vector<int> order;
        for (int i = 0; i < count; ++i) order.push_back(i);
        for (int i = count - 1; i >= 0; --i) order.push_back(i);
        std::mt19937 random(3);
        std::uniform_int_distribution<int> anywhere(0, count - 1);
        for (int i = 0; i < 200; ++i) order.push_back(anywhere(random));
        for (const int wanted : order) {
            const auto image = (*reader)->imageAt(static_cast<std::size_t>(wanted));
            QVERIFY2(image, image ? "" : image.error().message.c_str());
            QCOMPARE(test::patternNumber(**image), wanted);
            QCOMPARE((*image)->sequence, static_cast<std::uint64_t>(wanted));
        }
    }

private slots:
    void everyImageIsTheOneAskedFor()
    {
        const auto path = pathOf("exact.mp4");
        QVERIFY(test::recordPattern(m_files, path, 63, captureOf));
        compareEveryImage(path, 63);
    }

    void reorderedAndForeignVideosToo_data()
    {
        QTest::addColumn<QStringList>("encoding");
        QTest::newRow("B-frames, progressive") << QStringList{"-c:v", "libx264", "-bf", "3", "-g", "12"};
        QTest::newRow("B-frames, fragmented")
            << QStringList{"-c:v", "libx264", "-bf", "2", "-g", "12", "-movflags", "frag_keyframe+empty_moov"};
        QTest::newRow("open groups") << QStringList{"-c:v", "libx264", "-bf",          "3",
                                                    "-g",   "12",      "-x264-params", "open-gop=1"};
        QTest::newRow("AV1") << QStringList{"-c:v", "libsvtav1", "-g", "2", "-preset", "12"};
        QTest::newRow("HEVC") << QStringList{"-c:v", "libx265", "-x265-params", "log-level=none", "-g", "10"};
        QTest::newRow("VP9") << QStringList{"-c:v", "libvpx-vp9", "-g", "10", "-deadline", "realtime"};
    }
    void reorderedAndForeignVideosToo()
    {
        QFETCH(QStringList, encoding);
        const auto source = pathOf("source.mp4");
        if (!std::filesystem::exists(source))
            QVERIFY(test::recordPattern(m_files, source, 40, [](int i) { return i * kSecond / 25; }));
        const auto path = pathOf("foreign.mp4");
        QProcess process;
        process.start("ffmpeg",
                      QStringList{"-v", "error", "-y", "-i", source.c_str()} + encoding + QStringList{path.c_str()});
        QVERIFY(process.waitForFinished(60000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
        compareEveryImage(path, 40);

        auto reader = Mp4Reader::open(m_files, path);
        QVERIFY(reader);
        const QList<test::ProbedImage> probed = test::probe(path);
        QCOMPARE(probed.size(), 40);
        for (const VideoSample& sample : (*reader)->index().samples) {
            const test::ProbedImage& said = probed[sample.decodeOrder];
            QCOMPARE(sample.offset, said.offset);
            QCOMPARE(sample.size, said.size);
            QCOMPARE(sample.key, said.key);
            QVERIFY(std::abs(toSeconds(sample.pts) - said.seconds) < 1e-6);
        }
    }

    void theNearestImageIsFound()
    {
        const auto path = pathOf("near.mp4");
        QVERIFY(test::recordPattern(m_files, path, 31, captureOf));
        auto reader = Mp4Reader::open(m_files, path);
        QVERIFY(reader);
        QCOMPARE(*(*reader)->indexNear(-kSecond), 0U);
        QCOMPARE(*(*reader)->indexNear(3600 * kSecond), 30U);
        for (int i = 0; i < 31; ++i) {
            const Duration pts = captureOf(i) - captureOf(0);
            QCOMPARE(test::patternNumber(**(*reader)->imageNear(pts + 10 * kMillisecond)), i);
            QCOMPARE(test::patternNumber(**(*reader)->imageNear(pts - 10 * kMillisecond)), i);
        }
        QVERIFY(!(*reader)->imageAt(31));
    }

    /// What a kill leaves: the file ends at any byte.
    void aCutTailLosesOneFragmentAtMost()
    {
        const auto path = pathOf("whole.mp4");
        const auto locations = test::recordPattern(m_files, path, 24, captureOf);
        QVERIFY(locations);
        const auto content = readAll(m_files, path, 1U << 30U);
        QVERIFY(content);
        // Three fragments: images 0–9, 10–19 and 20–23, each ending with its last image.
        const std::uint64_t firstEnd = (*locations)[9].offset + (*locations)[9].size;
        const std::uint64_t secondEnd = (*locations)[19].offset + (*locations)[19].size;
        QCOMPARE((*locations)[23].offset + (*locations)[23].size, content->size());
        for (std::uint64_t size = firstEnd - 3; size < content->size(); ++size) {
            auto file = m_files.open(cut(*content, size), OpenMode::Read);
            QVERIFY(file);
            const auto index = readMp4Index(**file);
            QVERIFY2(index, index ? "" : index.error().message.c_str());
            const std::size_t images = size >= secondEnd ? 20 : size >= firstEnd ? 10 : 0;
            QCOMPARE(index->samples.size(), images);
            if (images > 0) QCOMPARE(index->intactSize, size >= secondEnd ? secondEnd : firstEnd);
            QCOMPARE(index->damage.empty(), size == firstEnd || size == secondEnd);
        }
        QCOMPARE(test::decodedImageCount(cut(*content, secondEnd)), 20);
        compareEveryImage(cut(*content, secondEnd + 100), 20);
    }

    /// What a power cut can leave: a tail of zeros.
    void aTailOfZerosIsNotAnImage()
    {
        const auto path = pathOf("zeros.mp4");
        QVERIFY(test::recordPattern(m_files, path, 24, captureOf));
        auto file = m_files.open(path, OpenMode::ReadWrite);
        QVERIFY(file);
        const auto size = (*file)->size();
        QVERIFY(size);
        QVERIFY((*file)->write(*size, std::vector<std::byte>(5000)));
        const auto index = readMp4Index(**file);
        QVERIFY(index);
        QCOMPARE(index->samples.size(), 24U);
        QCOMPARE(index->intactSize, *size);
        QVERIFY(!index->damage.empty());
    }

    void brokenBytesGiveAnErrorOrAPrefix()
    {
        const auto path = pathOf("broken.mp4");
        QVERIFY(test::recordPattern(m_files, path, 24, captureOf));
        const auto content = readAll(m_files, path, 1U << 30U);
        QVERIFY(content);
        std::mt19937 random(11);
        int refused = 0;
        for (int round = 0; round < 400; ++round) {
            std::vector<std::byte> bytes = *content;
            const std::size_t span = round % 2 == 0 ? 900 : bytes.size();
            for (int hit = 0; hit < 4; ++hit) bytes[random() % span] = static_cast<std::byte>(random());
            auto reader = Mp4Reader::open(m_files, cut(bytes, bytes.size()));
            if (!reader) {
                ++refused;
                QVERIFY(!reader.error().message.empty());
                continue;
            }
            QVERIFY((*reader)->size() <= 24U);
            for (std::size_t i = 0; i < (*reader)->size(); i += 7) (void)(*reader)->imageAt(i);
        }
        QVERIFY(refused > 0);
    }

    void whatIsNoVideoIsRefusedInWords()
    {
        const std::vector<std::byte> text(2000, std::byte{'x'});
        const auto notMp4 = Mp4Reader::open(m_files, cut(text, text.size()));
        QVERIFY(!notMp4);
        QVERIFY(QString::fromStdString(notMp4.error().message).contains("not an MP4"));
        QVERIFY(!Mp4Reader::open(m_files, cut(text, 0)));
        QVERIFY(!Mp4Reader::open(m_files, pathOf("nowhere.mp4")));
    }

    void theEncoderChoiceFollowsTheMachine()
    {
        CameraLoad load;
        load.width = 320;
        load.height = 240;
        const auto ample = chooseEncoder(load, 1000);
        QVERIFY(ample);
        QCOMPARE(ample->preset, EncoderPreset::Veryfast);
        QVERIFY(ample->fits);
        QVERIFY(ample->cpuMsPerImage > 0);
        const auto scarce = chooseEncoder(load, 1e-9);
        QVERIFY(scarce);
        QCOMPARE(scarce->preset, EncoderPreset::Ultrafast);
        QVERIFY(!scarce->fits);
        load.width = 321;
        QVERIFY(!chooseEncoder(load));
    }
};

QTEST_GUILESS_MAIN(TestVideoReader)
#include "tst_videoreader.moc"
