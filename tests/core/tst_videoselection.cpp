#include <QTest>

#include <numeric>

#include <QTemporaryDir>

#include "core/media/constantratewriter.h"
#include "core/media/videoselection.h"
#include "support/faultyfilesystem.h"
#include "support/videopattern.h"

using namespace understudy;

Q_DECLARE_METATYPE(std::vector<std::uint32_t>)

namespace {

std::vector<std::uint32_t> range(std::uint32_t begin, std::uint32_t end)
{
    std::vector<std::uint32_t> images(end - begin);
    std::iota(images.begin(), images.end(), begin);
    return images;
}

}  // namespace

class TestVideoSelection : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;
    int m_count = 0;

    std::filesystem::path newPath()
    {
        return m_folder.filePath("video" + QString::number(m_count++) + ".mp4").toStdString();
    }

    Result<void> appendSelection(ConstantRateWriter& writer, const VideoSelection& selection, Scratch& scratch,
                                 const std::filesystem::path& sourcePath)
    {
        auto file = m_files.open(sourcePath, OpenMode::Read);
        if (!file) return tl::unexpected(file.error());
        for (const SelectedPacket& packet : selection.packets) {
            std::vector<std::byte> data(packet.size);
            const auto got = (packet.encoded ? *scratch.file : **file).read(packet.offset, data);
            if (!got) return tl::unexpected(got.error());
            if (const Result<void> put = writer.append(data, packet.key); !put) return put;
        }
        return {};
    }

private slots:
    void theWantedImagesComeEvenlySpaced_data()
    {
        QTest::addColumn<std::vector<std::uint32_t>>("wanted");
        QTest::addColumn<int>("encoded");
        QTest::newRow("all") << range(0, 47) << 0;
        QTest::newRow("from a key image") << range(10, 33) << 0;
        QTest::newRow("from between key images") << range(14, 47) << 6;
        QTest::newRow("only between key images") << range(12, 18) << 6;
        auto repeated = range(0, 25);
        repeated.insert(repeated.begin() + 14, 13);
        QTest::newRow("one twice") << repeated << 7;
        auto gap = range(0, 30);
        gap.erase(gap.begin() + 15);
        QTest::newRow("one left out") << gap << 4;
        std::vector<std::uint32_t> backwards = range(0, 20);
        std::ranges::reverse(backwards);
        QTest::newRow("backwards") << backwards << 18;
    }
    void theWantedImagesComeEvenlySpaced()
    {
        QFETCH(std::vector<std::uint32_t>, wanted);
        QFETCH(int, encoded);
        for (const EncoderPreset preset :
             {EncoderPreset::Ultrafast, EncoderPreset::Superfast, EncoderPreset::Veryfast}) {
            const auto sourcePath = newPath();
            QVERIFY(test::recordPattern(
                m_files, sourcePath, 47, [](int i) { return i * 33 * kMillisecond + i % 5; }, preset));
            auto source = Mp4Reader::open(m_files, sourcePath);
            auto scratchFile = m_files.open(newPath(), OpenMode::Create);
            QVERIFY(source && scratchFile);
            Scratch scratch{scratchFile->get(), 0};
            const auto selection = selectImages(**source, wanted, 30, scratch);
            QVERIFY2(selection, selection ? "" : selection.error().message.c_str());
            QCOMPARE(selection->encodedImages, static_cast<std::size_t>(encoded));
            QCOMPARE(selection->packets.size(), wanted.size());
            QVERIFY(selection->parameters == (*source)->index().parameters);

            const auto path = newPath();
            auto file = m_files.open(path, OpenMode::Create);
            QVERIFY(file);
            auto writer = ConstantRateWriter::create(std::move(*file), selection->parameters, 30);
            QVERIFY2(writer, writer ? "" : writer.error().message.c_str());
            // Twice, as episodes follow one another in one file.
            for (int round = 0; round < 2; ++round) QVERIFY(appendSelection(**writer, *selection, scratch, sourcePath));
            QCOMPARE((*writer)->images(), static_cast<std::int64_t>(2 * wanted.size()));
            QVERIFY((*writer)->finish());

            const QList<test::ProbedImage> probed = test::probe(path);
            QCOMPARE(probed.size(), static_cast<int>(2 * wanted.size()));
            for (int i = 0; i < probed.size(); ++i) QVERIFY(std::abs(probed[i].seconds - i / 30.0) < 1e-6);
            QCOMPARE(test::decodedImageCount(path), static_cast<int>(2 * wanted.size()));
            auto reader = Mp4Reader::open(m_files, path);
            QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
            QVERIFY(!(*reader)->index().fragmented);
            QCOMPARE((*reader)->index().duration,
                     static_cast<Duration>(std::llround(2e9 * static_cast<double>(wanted.size()) / 30)));
            for (std::size_t i = 0; i < (*reader)->size(); ++i) {
                const auto image = (*reader)->imageAt(i);
                QVERIFY(image);
                QCOMPARE(static_cast<std::uint32_t>(test::patternNumber(**image)), wanted[i % wanted.size()]);
            }
        }
    }

    void anotherQualityIsMatched()
    {
        VideoEncoderOptions options;
        options.width = test::kPatternWidth;
        options.height = test::kPatternHeight;
        options.quality = 19;
        const auto path = newPath();
        auto encoder = VideoEncoder::create(options);
        auto file = m_files.open(path, OpenMode::Create);
        QVERIFY(encoder && file);
        auto recording = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
        QVERIFY(recording);
        for (int i = 0; i < 30; ++i)
            QVERIFY((*recording)->write(*(*encoder)->encode(test::patternImage(i, i * 33 * kMillisecond))));
        QVERIFY((*recording)->finish());
        auto source = Mp4Reader::open(m_files, path);
        auto scratchFile = m_files.open(newPath(), OpenMode::Create);
        QVERIFY(source && scratchFile);
        Scratch scratch{scratchFile->get(), 0};
        const auto selection = selectImages(**source, range(7, 30), 30, scratch);
        QVERIFY(selection);
        QCOMPARE(selection->encodedImages, 3U);
    }

    void aForeignVideoIsEncodedAnew()
    {
        const auto sourcePath = newPath();
        QVERIFY(test::recordPattern(m_files, sourcePath, 30, [](int i) { return i * 40 * kMillisecond; }));
        const auto foreign = newPath();
        QProcess process;
        process.start("ffmpeg",
                      {"-v", "error", "-i", sourcePath.c_str(), "-c:v", "libx264", "-bf", "2", foreign.c_str()});
        QVERIFY(process.waitForFinished(60000) && process.exitCode() == 0);
        auto source = Mp4Reader::open(m_files, foreign);
        auto scratchFile = m_files.open(newPath(), OpenMode::Create);
        QVERIFY(source && scratchFile);
        Scratch scratch{scratchFile->get(), 0};
        const auto selection = selectImages(**source, range(3, 20), 25, scratch);
        QVERIFY2(selection, selection ? "" : selection.error().message.c_str());
        QCOMPARE(selection->encodedImages, 17U);
        const auto path = newPath();
        auto file = m_files.open(path, OpenMode::Create);
        auto writer = ConstantRateWriter::create(std::move(*file), selection->parameters, 25);
        QVERIFY(writer);
        QVERIFY(appendSelection(**writer, *selection, scratch, foreign));
        QVERIFY((*writer)->finish());
        auto reader = Mp4Reader::open(m_files, path);
        QVERIFY(reader);
        for (std::size_t i = 0; i < 17; ++i)
            QCOMPARE(test::patternNumber(**(*reader)->imageAt(i)), static_cast<int>(i) + 3);
    }

    void whatIsNotThereIsRefused()
    {
        const auto sourcePath = newPath();
        QVERIFY(test::recordPattern(m_files, sourcePath, 12, [](int i) { return i * 33 * kMillisecond; }));
        auto source = Mp4Reader::open(m_files, sourcePath);
        auto scratchFile = m_files.open(newPath(), OpenMode::Create);
        QVERIFY(source && scratchFile);
        Scratch scratch{scratchFile->get(), 0};
        QVERIFY(!selectImages(**source, range(5, 13), 30, scratch));
        const auto cancelled = selectImages(**source, range(5, 12), 30, scratch, [] { return true; });
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().message, std::string("cancelled"));
    }

    void whatCannotBeWrittenIsSaid()
    {
        const auto sourcePath = newPath();
        QVERIFY(test::recordPattern(m_files, sourcePath, 12, [](int i) { return i * 33 * kMillisecond; }));
        auto source = Mp4Reader::open(m_files, sourcePath);
        QVERIFY(source);
        const VideoParameters& parameters = (*source)->index().parameters;
        test::FaultyFileSystem faulty;
        QVERIFY(!ConstantRateWriter::create(*faulty.open("rate", OpenMode::Create), parameters, 0));
        auto writer = ConstantRateWriter::create(*faulty.open("empty", OpenMode::Create), parameters, 30);
        QVERIFY(writer);
        QVERIFY(!(*writer)->finish());
        QVERIFY(!(*writer)->append(*(*source)->packetAt(1), false));

        writer = ConstantRateWriter::create(*faulty.open("full", OpenMode::Create), parameters, 30);
        QVERIFY(writer);
        faulty.space = 3000;
        Result<void> appended;
        for (std::size_t i = 0; i < 12 && appended; ++i)
            appended = (*writer)->append(*(*source)->packetAt(i), i % 10 == 0);
        if (appended) appended = (*writer)->finish();
        QVERIFY(!appended);
        QVERIFY(!appended.error().message.empty());
    }
};

QTEST_GUILESS_MAIN(TestVideoSelection)
#include "tst_videoselection.moc"
