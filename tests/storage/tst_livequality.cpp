#include <set>

#include <QTest>

#include "storage/quality/livequality.h"
#include "support/allocationcount.h"
#include "support/libraryfixture.h"
#include "support/qualityfixture.h"

using namespace understudy;
using namespace understudy::test;

namespace {

/// Takes everything, or refuses one stream.
class CountingSink final : public RecordSink {
public:
    std::optional<StreamId> refused;
    std::atomic<std::uint64_t> taken{0};

    Result<StreamId> open(const StreamInfo&) override { return m_next++; }
    bool offer(StreamId stream, const Record&) override
    {
        if (stream == refused) return false;
        ++taken;
        return true;
    }

private:
    StreamId m_next = 0;
};

/// Plays a synthetic take into a sink as fast as a clock is turned by hand.
class Player {
public:
    Player(LiveQuality& live, ManualClock& clock, RecordedTake recorded)
        : m_live(live), m_clock(clock), m_recorded(std::move(recorded))
    {
        for (std::size_t i = 0; i < m_recorded.take.streams.size(); ++i) {
            StreamInfo info = m_recorded.take.streams[i];
            for (const TakeSample& sample : m_recorded.samples)
                if (sample.stream == i) {
                    info.prototype = recordOf(sample);
                    break;
                }
            if (info.kind == "event") info.prototype = Event();
            m_ids.push_back(must(live.open(info)));
        }
    }

    /// Plays to a time of the take and lets the checking thread keep up.
    void playTo(double seconds)
    {
        const Timestamp until = m_recorded.take.begin + fromSeconds(seconds);
        while (m_next < m_recorded.samples.size() && captureOf(m_recorded.samples[m_next].value) <= until) {
            const TakeSample& sample = m_recorded.samples[m_next++];
            const Timestamp time = captureOf(sample.value);
            if (time > m_clock.now()) m_clock.advance(time - m_clock.now());
            if (time - m_rested > 500 * kMillisecond) {
                std::this_thread::sleep_for(std::chrono::milliseconds(60));
                m_rested = time;
            }
            if (!silenced.contains(m_recorded.take.streams[sample.stream].name))
                m_live.offer(m_ids[sample.stream], recordOf(sample));
        }
        if (until > m_clock.now()) m_clock.advance(until - m_clock.now());
    }

    [[nodiscard]] StreamId id(std::string_view name) const { return m_ids[m_recorded.stream(name)]; }
    [[nodiscard]] const RecordedTake& recorded() const { return m_recorded; }

    std::set<std::string> silenced;

private:
    static Record recordOf(const TakeSample& sample)
    {
        return std::visit(
            [&](const auto& value) -> Record {
                if constexpr (std::is_same_v<std::decay_t<decltype(value)>, PacketLocation>) {
                    auto image = std::make_shared<Image>();
                    image->stamps = value.stamps;
                    image->sequence = value.sequence;
                    image->format = PixelFormat::Gray8;
                    image->width = 4 * sample.picture.width;
                    image->height = 4 * sample.picture.height;
                    for (int y = 0; y < image->height; ++y)
                        for (int x = 0; x < image->width; ++x)
                            image->data.push_back(static_cast<std::byte>(
                                sample.picture.pixels[static_cast<std::size_t>(y / 4 * sample.picture.width + x / 4)]));
                    return ImageRef(image);
                } else {
                    return value;
                }
            },
            sample.value);
    }

    LiveQuality& m_live;
    ManualClock& m_clock;
    RecordedTake m_recorded;
    std::vector<StreamId> m_ids;
    std::size_t m_next = 0;
    Timestamp m_rested = 0;
};

QualityTake takeOf(const RecordedTake& recorded)
{
    QualityTake take;
    take.episode = recorded.take.episode;
    return take;
}

}  // namespace

class TestLiveQuality : public QObject {
    Q_OBJECT

private slots:
    /// The same folds say the same of a take that is played and of the same samples from memory.
    void aPlayedTakeIsJudgedAsItsFile()
    {
        ManualClock clock(1000 * kSecond);
        CountingSink sink;
        LiveQuality live(sink, clock);
        Player player(live, clock, syntheticTake(1));
        live.start();
        player.playTo(1);
        live.beginTake(takeOf(player.recorded()));
        player.playTo(7.99);
        const LiveReport ended = live.endTake(clock.now());
        live.stop();
        QVERIFY(ended.complete);
        std::string words;
        for (const Finding& finding : ended.report.findings)
            if (!finding.pass) words += finding.reason + "\n";
        QVERIFY2(ended.report.verdict() == QualityVerdict::Clean, words.c_str());
        QCOMPARE(sink.taken.load(), player.recorded().samples.size());
        const QualityReport fromMemory = check(player.recorded());
        for (std::size_t i = 0; i < fromMemory.findings.size(); ++i) {
            QCOMPARE(ended.report.findings[i].check, fromMemory.findings[i].check);
            QCOMPARE(ended.report.findings[i].pass, fromMemory.findings[i].pass);
        }
    }

    /// The second before the press does not exist yet: no stream is late for that.
    void aTakeRightAfterTheSessionsStartIsNotLate()
    {
        ManualClock clock(1000 * kSecond);
        CountingSink sink;
        LiveQuality live(sink, clock);
        Player player(live, clock, syntheticTake(1));
        live.start();
        player.playTo(0.2);
        live.beginTake(takeOf(player.recorded()));
        player.playTo(7.99);
        const LiveReport ended = live.endTake(clock.now());
        QVERIFY2(ended.report.verdict() == QualityVerdict::Clean,
                 ended.report.worst() ? ended.report.worst()->reason.c_str() : "");
    }

    void aStreamThatDiesIsToldWhileTheTakeRuns()
    {
        ManualClock clock(1000 * kSecond);
        CountingSink sink;
        LiveQuality live(sink, clock);
        Player player(live, clock, syntheticTake(1));
        live.start();
        player.playTo(1);
        live.beginTake(takeOf(player.recorded()));
        player.playTo(3);
        QVERIFY(!live.lost());
        player.silenced = {"left_wrist"};
        player.playTo(4.5);
        QTRY_VERIFY(live.lost().has_value());
        QCOMPARE(live.lost()->check, std::string("stream_died"));
        QCOMPARE(live.lost()->stream, std::string("left_wrist"));
        const LiveReport ended = live.endTake(clock.now());
        QCOMPARE(ended.report.verdict(), QualityVerdict::Unusable);
        player.silenced.clear();
        player.playTo(5.2);
        live.beginTake(takeOf(player.recorded()));
        QVERIFY(!live.lost());
    }

    void whatTheRecorderRefusesLosesTheTakeAtOnce()
    {
        ManualClock clock(1000 * kSecond);
        CountingSink sink;
        LiveQuality live(sink, clock);
        Player player(live, clock, syntheticTake(1));
        live.start();
        player.playTo(1);
        live.beginTake(takeOf(player.recorded()));
        sink.refused = player.id("head");
        player.playTo(2);
        QTRY_VERIFY(live.lost().has_value());
        QCOMPARE(live.lost()->check, std::string("samples_lost"));
        QCOMPARE(live.endTake(clock.now()).report.verdict(), QualityVerdict::Unusable);
    }

    /// A checking thread that was stopped for longer than its queues hold says that it did not see everything.
    void whatWasNotSeenIsNotJudged()
    {
        ManualClock clock(1000 * kSecond);
        CountingSink sink;
        LiveQuality live(sink, clock, {.queueSeconds = 0.5});
        Player player(live, clock, syntheticTake(1));
        live.beginTake(takeOf(player.recorded()));
        player.playTo(3);
        QVERIFY(!live.endTake(clock.now()).complete);
    }

    void offeringNeverAllocates()
    {
        ManualClock clock(1000 * kSecond);
        NullSink sink;
        LiveQuality live(sink, clock);
        StreamInfo info;
        info.name = "/teleop/step";
        info.kind = "step";
        info.rateHz = 500;
        Step step;
        step.command = step.target = step.measured = Eigen::VectorXd::Zero(29);
        const Record record = step;
        info.prototype = record;
        const StreamId id = must(live.open(info));
        const std::size_t before = allocationCount();
        for (int i = 0; i < 3000; ++i) live.offer(id, record);
        QCOMPARE(allocationCount() - before, 0U);
    }
};

QTEST_GUILESS_MAIN(TestLiveQuality)
#include "tst_livequality.moc"
