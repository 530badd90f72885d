#include <QTemporaryDir>
#include <QTest>

#include <cmath>

#include "storage/mcapwriter.h"
#include "storage/read/episodereader.h"
#include "storage/read/signalpyramid.h"
#include "storage/recordingrig.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A take of a rig that moves nothing but its sequence number, and where it lies.
struct Recorded {
    QTemporaryDir folder;
    PosixFileSystem files;
    std::filesystem::path episode;

    Recorded()
    {
        const SteadyClock clock;
        test::MemoryLedger ledger;
        const std::filesystem::path library = folder.path().toStdString();
        const auto recorder = orDie(Recorder::create({.library = library}, files, clock, ledger));
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        orDie(recorder->start(session));
        rig.start();
        orDie(recorder->startTake({.taskId = "t", .task = "pick"}));
        std::this_thread::sleep_for(std::chrono::milliseconds(1200));
        episode = library / orDie(recorder->endTake()).episode.row.path;
        rig.stop();
        for (int i = 0; i < 500 && !std::filesystem::exists(episode / "signals.pyr"); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
};

std::size_t indexOf(const SignalPyramid& pyramid, const std::string& stream, const std::string& name)
{
    const auto& all = pyramid.list();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].stream == stream && all[i].name == name) return i;
    qFatal("no signal %s %s", stream.c_str(), name.c_str());
}

std::vector<std::byte> contentOf(const std::filesystem::path& path)
{
    PosixFileSystem files;
    return orDie(readAll(files, path, 1U << 30U));
}

}  // namespace

class TestSignalPyramid : public QObject {
    Q_OBJECT

private slots:
    void isWrittenAsTheEpisodeEndsAndHoldsItsValues();
    void isMadeAgainWhenMissingCutOrDamaged();
    void everyFlippedByteOpens();
    void gapsAreGaps();
};

void TestSignalPyramid::isWrittenAsTheEpisodeEndsAndHoldsItsValues()
{
    Recorded recorded;
    QVERIFY(std::filesystem::exists(recorded.episode / "signals.pyr"));
    const auto pyramid = orDie(SignalPyramid::open(recorded.files, recorded.episode));
    const std::size_t joint = indexOf(*pyramid, "/robot/joint_states", "position/joint_3");
    const std::size_t command = indexOf(*pyramid, "/teleop/step", "command/joint_28");
    std::vector<std::pair<std::int64_t, double>> values;
    const auto reader = orDie(EpisodeReader::open(recorded.files, recorded.episode));
    EpisodeValues pass = reader->values({.streams = {"/robot/joint_states"}});
    while (const EpisodeSample* sample = orDie(pass.next()))
        values.emplace_back(sample->time, std::get<RobotState>(*sample->value).position[3]);

    const std::int64_t start = pyramid->startTime();
    const std::int64_t end = pyramid->endTime();
    for (const std::size_t columns : {std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
        const auto spans = orDie(pyramid->spans(joint, start, end, columns));
        const double width = static_cast<double>(end - start) / static_cast<double>(columns);
        const double slack = std::max(width / 4, static_cast<double>(pyramid->finest(joint)));
        for (std::size_t c = 0; c < columns; ++c) {
            const double from = static_cast<double>(start) + width * static_cast<double>(c);
            double least = 1e9;
            double greatest = -1e9;
            for (const auto& [time, value] : values) {
                const auto at = static_cast<double>(time);
                if (at >= from && at < from + width) {
                    const bool isIn =
                        spans[c].least <= static_cast<float>(value) && spans[c].greatest >= static_cast<float>(value);
                    QVERIFY(isIn || at - slack < from);
                }
                if (at < from - slack || at > from + width + slack) continue;
                least = std::min(least, value);
                greatest = std::max(greatest, value);
            }
            QVERIFY(static_cast<double>(spans[c].least) >= least);
            QVERIFY(static_cast<double>(spans[c].greatest) <= greatest);
        }
    }
    const auto all = orDie(pyramid->spans(joint, start, end, 1));
    QCOMPARE(static_cast<double>(all[0].least), values.front().second);
    QCOMPARE(static_cast<double>(all[0].greatest), values.back().second);
    QVERIFY(!std::isnan(orDie(pyramid->spans(command, start, end, 1))[0].least));
    QVERIFY(!pyramid->spans(pyramid->list().size(), start, end, 1).has_value());
    QVERIFY(orDie(pyramid->spans(joint, end, start, 5)).size() == 5);
}

void TestSignalPyramid::isMadeAgainWhenMissingCutOrDamaged()
{
    Recorded recorded;
    const std::filesystem::path file = recorded.episode / "signals.pyr";
    const std::vector<std::byte> first = contentOf(file);
    std::filesystem::remove(file);
    orDie(SignalPyramid::open(recorded.files, recorded.episode));
    QVERIFY(contentOf(file) == first);
    std::filesystem::resize_file(file, first.size() / 2);
    orDie(SignalPyramid::open(recorded.files, recorded.episode));
    QVERIFY(contentOf(file) == first);
    std::filesystem::resize_file(file, 0);
    const auto pyramid = orDie(SignalPyramid::open(recorded.files, recorded.episode));
    QVERIFY(contentOf(file) == first);
    QVERIFY(!pyramid->list().empty());
}

void TestSignalPyramid::everyFlippedByteOpens()
{
    Recorded recorded;
    const std::filesystem::path file = recorded.episode / "signals.pyr";
    const std::vector<std::byte> whole = contentOf(file);
    // The head and the first spans; behind them every byte is a number.
    for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 400); at += 7) {
        std::vector<std::byte> damaged = whole;
        damaged[at] ^= std::byte{0x10};
        orDie(replaceFile(recorded.files, file, damaged));
        const auto pyramid = orDie(SignalPyramid::open(recorded.files, recorded.episode));
        QVERIFY(pyramid->spans(0, pyramid->startTime(), pyramid->endTime(), 10).has_value());
    }
}

void TestSignalPyramid::gapsAreGaps()
{
    QTemporaryDir folder;
    PosixFileSystem files;
    const std::filesystem::path path = folder.path().toStdString();
    const WallAnchor anchor{.monotonic = 0, .unixNs = 1'700'000'000'000'000'000};
    EpisodeFile episode;
    episode.row.id = "01912345-6789-7abc-8def-0123456789ab";
    episode.row.task = "pick";
    episode.row.robot = "rig";
    episode.row.startedAtNs = anchor.unixNs;
    episode.clock = anchor;
    const std::string json = toJson(episode);
    orDie(replaceFile(files, path / "episode.json", std::as_bytes(std::span(json))));
    StreamInfo info{.name = "/touch", .kind = "taxels", .rateHz = 100, .names = {"a", "b"}};
    TaxelSample sample;
    sample.values = Eigen::VectorXf::Zero(2);
    info.prototype = sample;
    auto encoder = orDie(StreamEncoder::create(info, anchor));
    const auto writer = orDie(McapWriter::create(orDie(files.open(path / "episode.mcap", OpenMode::Create))));
    std::vector<std::uint16_t> channels;
    for (const ChannelSpec& channel : encoder.channels())
        channels.push_back(orDie(writer->addChannel(
            orDie(writer->addSchema(std::string(nameOf(channel.type)), "ros2msg", definitionOf(channel.type))),
            channel.topic, "cdr", channel.metadata)));
    for (int i = 0; i < 1000; ++i) {
        if (i >= 400 && i < 600) continue;
        sample.sequence = static_cast<std::uint64_t>(i);
        sample.stamps.capture = i * 10 * kMillisecond;
        sample.values[1] = static_cast<float>(i);
        for (const EncodedMessage& message : encoder.encodeValue(sample))
            orDie(writer->write(
                {channels[message.channel], message.sequence, message.logTime, message.publishTime, message.data}));
    }
    orDie(writer->finish());
    const auto pyramid = orDie(SignalPyramid::open(files, path));
    QCOMPARE(pyramid->list().size(), std::size_t{2});
    const auto spans = orDie(pyramid->spans(1, anchor.unixNs, anchor.unixNs + 10 * kSecond, 10));
    QCOMPARE(static_cast<double>(spans[0].least), 0.0);
    QVERIFY(!std::isnan(spans[3].least) && !std::isnan(spans[6].least));
    QVERIFY(std::isnan(spans[4].greatest) || spans[4].greatest < 405);
    QVERIFY(std::isnan(spans[5].least) || spans[5].least >= 600);
    QVERIFY(std::isnan(orDie(pyramid->spans(1, anchor.unixNs, anchor.unixNs + 10 * kSecond, 100))[50].least));
    QCOMPARE(static_cast<double>(spans[9].greatest), 999.0);
}

QTEST_GUILESS_MAIN(TestSignalPyramid)
#include "tst_signalpyramid.moc"
