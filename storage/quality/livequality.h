#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "core/clock.h"
#include "core/recordsink.h"
#include "core/ring.h"
#include "storage/quality/qualitytake.h"

namespace understudy {

struct LiveQualityOptions {
    double queueSeconds = 4;            ///< of every stream, for a checking thread that is late
    Duration preRoll = kSecond;         ///< a take is checked from at most so long before its start on
    Duration lag = 100 * kMillisecond;  ///< samples of all streams are put in order that far behind the present
    Duration watchPeriod = 200 * kMillisecond;
};

/// What the checks said as a take ended.
struct LiveReport {
    QualityReport report;
    bool complete = false;  ///< every sample was seen; else only the files can tell
};

/// Stands between the sources and their recorder: passes everything on, and folds a copy through the checks of the
/// running take on a thread of its own, so that after the end only the result remains. Events are not looked at.
///
/// open() and offer() as RecordSink has it; everything else on one other thread, but for lost().
class LiveQuality final : public RecordSink {
public:
    LiveQuality(RecordSink& recorder, const Clock& clock, const LiveQualityOptions& options = {});
    ~LiveQuality() override;
    LiveQuality(const LiveQuality&) = delete;
    LiveQuality& operator=(const LiveQuality&) = delete;

    [[nodiscard]] Result<StreamId> open(const StreamInfo& info) override;
    bool offer(StreamId stream, const Record& record) override;

    /// After the last open().
    void start();
    /// Joins the thread. Idempotent.
    void stop();

    /// `take.begin` and `take.streams` are filled in here.
    void beginTake(QualityTake take);
    /// Folds what was captured until then and says what was found.
    [[nodiscard]] LiveReport endTake(Timestamp end);

    /// The running take cannot become usable any more, and why. Any thread.
    [[nodiscard]] std::optional<Finding> lost() const;

private:
    struct SeenImage {
        QualitySample sample;
        SmallImage picture;
    };
    struct Stream {
        StreamInfo info;
        bool isCamera = false;
        bool isFolded = true;
        Ring<Record> records;
        std::deque<SeenImage> images;  ///< of a camera, made small as they come
        ImageMeter meter;
        std::atomic<std::uint64_t> refused{0};  ///< by the recorder
        std::atomic<std::uint64_t> unseen{0};   ///< by us: the ring was full
        std::uint64_t refusedBefore = 0;        ///< the take
        std::uint64_t unseenBefore = 0;
    };

    void run(const std::stop_token& stop);
    void shrinkImages();
    [[nodiscard]] std::optional<Timestamp> nextTime(Stream& stream) const;
    void fold(Timestamp horizon);
    void foldNext(std::size_t stream);
    void trim(Timestamp before);
    void watch(Timestamp now);

    RecordSink& m_recorder;
    const Clock& m_clock;
    LiveQualityOptions m_options;
    std::vector<std::unique_ptr<Stream>> m_streams;  ///< by StreamId

    std::mutex m_mutex;  ///< whoever empties the rings
    std::optional<TakeQuality> m_take;
    Timestamp m_watchedAt = 0;

    mutable std::mutex m_lostMutex;
    std::optional<Finding> m_lost;
    std::jthread m_thread;
};

}  // namespace understudy
