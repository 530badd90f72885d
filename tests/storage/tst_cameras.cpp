#include <QTemporaryDir>
#include <QTest>

#include <random>

#include "storage/read/episodereader.h"
#include "storage/recorder.h"
#include "storage/recordingrig.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A recorder with one camera, whose images `image` makes; what was recorded of a second.
struct Recorded {
    QTemporaryDir folder;
    PosixFileSystem files;
    SteadyClock clock;
    test::MemoryLedger ledger;
    std::unique_ptr<EpisodeReader> reader;
    std::vector<ImageRef> offered;
    TakeReport take;

    void run(const ImageRef& prototype, const std::function<ImageRef(std::uint64_t, Timestamp)>& image)
    {
        const std::filesystem::path library = folder.path().toStdString();
        const auto recorder = orDie(Recorder::create({.library = library}, files, clock, ledger));
        StreamInfo info{.name = "head", .kind = "camera", .rateHz = 25};
        info.prototype = prototype;
        const StreamId id = orDie(recorder->open(info));
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        orDie(recorder->start(session));
        for (std::uint64_t i = 0; i < 40; ++i) {
            if (i == 5) orDie(recorder->startTake({.taskId = "t", .task = "pick"}));
            offered.push_back(image(i, clock.now()));
            QVERIFY(recorder->offer(id, offered.back()));
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        take = orDie(recorder->endTake());
        reader = orDie(EpisodeReader::open(files, library / take.episode.row.path));
    }
};

}  // namespace

class TestCameras : public QObject {
    Q_OBJECT

private slots:
    void depthIsKeptToTheBit();
    void deliveredH264IsStoredAsItComes();
};

void TestCameras::depthIsKeptToTheBit()
{
    std::mt19937 random(7);
    Recorded recorded;
    auto prototype = std::make_shared<Image>();
    prototype->format = PixelFormat::Depth16Mm;
    recorded.run(prototype, [&](std::uint64_t sequence, Timestamp now) -> ImageRef {
        auto image = std::make_shared<Image>();
        image->stamps = {now, now, now};
        image->sequence = sequence;
        image->width = 64;
        image->height = 48;
        image->format = PixelFormat::Depth16Mm;
        image->data.resize(static_cast<std::size_t>(64 * 48 * 2));
        for (std::byte& byte : image->data) byte = static_cast<std::byte>(random());
        return image;
    });
    QCOMPARE(recorded.take.problem, std::string());
    const auto images = *orDie(recorded.reader->images("head"));
    QVERIFY(images.size() >= 35);
    for (std::size_t i = 0; i < images.size(); ++i) {
        const ImageRef image = orDie(recorded.reader->image("head", i));
        const Image& was = *recorded.offered[static_cast<std::size_t>(images[i].sequence)];
        QCOMPARE(static_cast<int>(image->format), static_cast<int>(PixelFormat::Depth16Mm));
        QCOMPARE(image->height, 48);
        QVERIFY(image->data == was.data);
        QCOMPARE(image->stamps.capture, was.stamps.capture);
    }
}

void TestCameras::deliveredH264IsStoredAsItComes()
{
    const auto encoder =
        orDie(VideoEncoder::create({.width = test::kRigWidth, .height = test::kRigHeight, .rateHz = 25}));
    Recorded recorded;
    recorded.run(ImageRef(), [&](std::uint64_t sequence, Timestamp now) -> ImageRef {
        const Packet packet = orDie(encoder->encode(*test::numberedImage(sequence, now)));
        auto image = std::make_shared<Image>();
        image->stamps = packet.stamps;
        image->sequence = sequence;
        image->width = test::kRigWidth;
        image->height = test::kRigHeight;
        image->format = PixelFormat::H264;
        image->key = packet.key;
        // A camera repeats its parameter sets before every key image.
        if (packet.key) image->data = encoder->parameters().extradata;
        image->data.insert(image->data.end(), packet.data.begin(), packet.data.end());
        return image;
    });
    QCOMPARE(recorded.take.problem, std::string());
    const auto images = *orDie(recorded.reader->images("head"));
    QVERIFY(images.size() >= 30);
    for (std::size_t i = 0; i < images.size(); ++i) {
        QCOMPARE(test::numberIn(*orDie(recorded.reader->image("head", i))), images[i].sequence);
        const Image& was = *recorded.offered[static_cast<std::size_t>(images[i].sequence)];
        QVERIFY(orDie(orDie(recorded.reader->video("head"))->packetAt(i)) == toLengthPrefixed(was.data));
    }
}

QTEST_GUILESS_MAIN(TestCameras)
#include "tst_cameras.moc"
