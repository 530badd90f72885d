#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "core/file.h"
#include "core/recordsink.h"
#include "storage/aftertake.h"
#include "storage/camerastream.h"
#include "storage/folderlock.h"
#include "storage/read/episodejson.h"
#include "storage/take.h"

namespace understudy {

/// The wall clock, Unix ns.
[[nodiscard]] std::int64_t systemTime();

struct RecorderOptions {
    std::filesystem::path library;
    std::string station = "station";
    double queueSeconds = 20;                     ///< of every stream, and of encoded images
    Duration preRoll = kSecond;                   ///< a take begins at least so long before the press
    Duration syncPeriod = 300 * kMillisecond;     ///< between two syncs of a take's files: a kill loses little more
    std::uint64_t minimumFreeBytes = 64U << 20U;  ///< with less no take begins
    EncoderPreset preset = EncoderPreset::Superfast;
    std::string hardware;  ///< encoder, as chooseEncoder() found it
    int quality = 23;
    std::function<std::int64_t()> wallClock = systemTime;  ///< Unix ns
};

/// What every take of a session says of itself.
struct SessionInfo {
    EpisodeFile common;            ///< clock, robot, rig, cameras, station, session …; what a take adds is left empty
    std::string robotDescription;  ///< URDF or MJCF text; empty: none
};

/// What one take adds. The task and the operator are known to the library.
struct TakeInfo {
    std::string takeId;  ///< empty: a take of its own
    std::string taskId;
    std::string task;
    std::string instructionZh;
    std::string instructionEn;
    std::vector<std::string> script;
    std::string operatorId;
    std::string operatorName;
    bool practice = false;
};

struct TakeEnding {
    Outcome outcome = Outcome::Unknown;
    std::string cause;  ///< of a failure
};

/// What became of a take. Its state is Recorded, Tray, or Quarantined when its files failed.
struct TakeReport {
    EpisodeFile episode;
    std::string problem;  ///< a sentence; empty: nothing was lost
    std::vector<StreamReport> streams;
};

/// Where takes are registered, e.g. the library's index. Called on the recorder's writer thread only, after what a call
/// speaks of is durable.
class TakeLedger {
public:
    virtual ~TakeLedger() = default;
    /// A row in state Recording. Fails: the take does not begin.
    [[nodiscard]] virtual Result<void> begin(const EpisodeFile& episode) = 0;
    /// The row says what the files hold so far. After every sync of a take: it must not wait for others, and the next
    /// call brings what this one left out. An error is shown and costs nothing else.
    [[nodiscard]] virtual Result<void> progress(const EpisodeRow& row) { return (void)row, Result<void>(); }
    [[nodiscard]] virtual Result<void> finish(const TakeReport& take) = 0;
    /// The last call on that thread: whatever belongs to a thread is let go here.
    virtual void release() {}
};

struct StreamStatus {
    std::string name;
    std::string kind;
    std::uint64_t offered = 0;
    std::uint64_t dropped = 0;      ///< all of them: the next three, and records of another kind
    std::uint64_t queueFull = 0;    ///< found no room on their way to the disk
    std::uint64_t encoderLate = 0;  ///< images that found no room on their way to the encoder
    std::uint64_t unencodable = 0;  ///< images
    double announcedHz = 0;
    double rateHz = 0;  ///< over the last second
    double fill = 0;    ///< of the queue, 0 to 1
    bool silent = false;
};

enum class DiskRoom : std::uint8_t {
    Enough,
    Low,   ///< for ten minutes or less at the present rate
    Last,  ///< for two minutes or less
};

struct RecorderStatus {
    bool recording = false;
    std::string takeId;
    Duration takeDuration = 0;
    Timestamp acknowledgedTo = 0;  ///< samples captured up to here are durable; 0: none yet
    double minutesLeft = -1;       ///< of disk at the present rate; -1 while it is not known
    DiskRoom room = DiskRoom::Enough;
    Duration diskSilence = 0;      ///< how long the disk has not answered; 0 while it does
    std::uint64_t diskStalls = 0;  ///< times that it took longer than a second
    Duration longestStall = 0;
    std::string problem;  ///< of the take, the disk or a stream; empty while all is well
    std::vector<StreamStatus> streams;
};

/// Records the takes of one station. Streams are opened, then start() runs one thread per camera that encodes and one
/// that owns every file. The queues keep what the next take begins with: at least `preRoll` before its press, from a
/// key image on. A station has one recorder: a second is refused.
///
/// offer() on each stream's own thread; everything else on one other thread.
class Recorder final : public RecordSink {
public:
    /// Locks the station. `files`, `clock` and `ledger` outlive the recorder.
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(RecorderOptions options, FileSystem& files,
                                                                  const Clock& clock, TakeLedger& ledger);
    ~Recorder() override;
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// A camera of depth images says so by its prototype; any other prototype of a camera may be null.
    [[nodiscard]] Result<StreamId> open(const StreamInfo& announced) override;
    bool offer(StreamId stream, const Record& record) override;

    /// After the last open(). From now on the queues hold what a take may begin with.
    [[nodiscard]] Result<void> start(SessionInfo session);
    /// Ends a running take and keeps it; joins the threads. Idempotent.
    void stop();

    /// Returns once the take is registered; its id. Fails while one runs, and in words when it cannot begin.
    [[nodiscard]] Result<std::string> startTake(const TakeInfo& info);
    /// Returns once everything up to the call is durable and the next take may start. A take whose files failed gives
    /// a report too: Quarantined, with the problem.
    [[nodiscard]] Result<TakeReport> endTake(const TakeEnding& ending = {});
    /// Ends the take into the tray; startTake() begins the next.
    [[nodiscard]] Result<TakeReport> redoTake();
    /// A press while driving, kept as an event of the take at the time of the call ("mark", "next_step" …). Does not
    /// wait.
    void mark(const std::string& name, const std::string& detail = {});

    /// Any thread.
    [[nodiscard]] RecorderStatus status() const;

private:
    struct Stream;

    Recorder(RecorderOptions options, FileSystem& files, const Clock& clock, TakeLedger& ledger);
    template <typename T>
    T onWriter(const std::function<T()>& job);
    void run(const std::stop_token& stop);
    void runJobs();

    // Writer thread.
    [[nodiscard]] Result<std::string> begin(const TakeInfo& info, Timestamp press);
    [[nodiscard]] Result<TakeReport> end(const TakeEnding& ending, EpisodeState state, Timestamp press);
    void salvage(const TakeReport& report);
    void drain(Timestamp until);
    void drainQueue(std::size_t index, Timestamp until);
    void drainCamera(std::size_t index, Timestamp until);
    void trim(Timestamp now);
    [[nodiscard]] Timestamp oldestWaiting(Timestamp press) const;
    void syncTake(Timestamp now);
    void observe(Timestamp now);
    void watchWallClock();
    [[nodiscard]] StreamStatus statusOf(std::size_t index) const;
    void waitForEncoders();
    [[nodiscard]] std::vector<std::uint64_t> droppedCounts() const;
    [[nodiscard]] Result<void> announce(const std::filesystem::path& folder);
    void discard(const std::filesystem::path& folder);
    [[nodiscard]] Result<void> writeJson() const;
    /// What the take's files hold, in m_current.
    void tally(const std::vector<StreamReport>& streams);
    [[nodiscard]] std::string problemOfTake() const;

    RecorderOptions m_options;
    FileSystem& m_files;
    const Clock& m_clock;
    TakeLedger& m_ledger;
    FolderLock m_stationLock;
    SessionInfo m_session;
    std::vector<std::unique_ptr<Stream>> m_streams;  ///< in order of StreamId
    std::vector<TakeStream> m_takeStreams;           ///< the same, and the take's own events last

    // Writer thread.
    std::unique_ptr<Take> m_take;
    std::optional<AfterTake> m_after;
    EpisodeFile m_current;
    FolderLock m_takeLock;
    std::string m_ledgerProblem;  ///< of the last progress(); empty: none
    Timestamp m_observedAt = 0;
    double m_bytesPerSecond = 0;
    std::optional<Duration> m_wallOffset;  ///< wall clock less anchored time, when last looked at
    std::uint64_t m_diskStalls = 0;
    Duration m_longestStall = 0;

    std::atomic<Timestamp> m_beat{0};  ///< of the writer thread: when it last came back from the disk

    mutable std::mutex m_statusMutex;
    RecorderStatus m_status;

    std::mutex m_jobMutex;
    std::condition_variable_any m_jobReady;
    std::deque<std::function<void()>> m_jobs;
    std::jthread m_writer;
};

}  // namespace understudy
