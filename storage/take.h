#pragma once

#include <optional>

#include "core/clock.h"
#include "storage/read/lostsamples.h"
#include "storage/takefiles.h"

namespace understudy {

/// What an episode's stream held, for the index and the report.
struct StreamReport {
    std::string name;
    std::string kind;
    std::uint64_t count = 0;       ///< written
    std::uint64_t dropped = 0;     ///< found no room, or could not be encoded
    std::uint64_t missing = 0;     ///< numbers the source left out
    std::int64_t missedTicks = 0;  ///< of a loop's steps: periods it left out
    double announcedHz = 0;
    double rateHz = 0;     ///< measured over the take; 0 with fewer than two
    bool silent = false;   ///< had ended, or had not begun, when the take ended
    Duration silence = 0;  ///< gaps before it went on, to some tenths of a second
};

/// One take while it is recorded: its files, and per stream where it begins, what was counted and whether it went
/// silent. Errors of files end it: the take keeps what was synced and says why. Writer thread only.
class Take {
public:
    struct Plan {
        std::filesystem::path folder;
        std::map<std::string, std::string> metadata;
        std::string robotDescription;
        std::string episodeJson;
        Timestamp begin = 0;  ///< capture time from which on records belong to it
        WallAnchor anchor;
        std::size_t eventStream = 0;  ///< where the take's own events go
    };
    /// `dropped` are the present counts of the streams.
    [[nodiscard]] static Result<std::unique_ptr<Take>> create(FileSystem& files, std::vector<TakeStream>& streams,
                                                              const Plan& plan,
                                                              const std::vector<std::uint64_t>& dropped);

    [[nodiscard]] const Plan& plan() const { return m_plan; }
    void write(std::size_t stream, Timestamp capture, std::uint64_t sequence, std::uint64_t dropped,
               std::span<const EncodedMessage> messages);
    void writePacket(std::size_t stream, const Packet& packet, std::uint64_t dropped,
                     const VideoParameters& parameters);
    void event(Timestamp time, const std::string& name, const std::string& detail);
    /// Notes streams that announced a rate and are silent at `now`, given their newest arrival.
    void watch(std::size_t stream, Timestamp now, Timestamp lastArrival);
    /// `dropped` as at create(): what streams have lost is noted in the episode before it is made durable.
    void sync(Timestamp now, const std::vector<std::uint64_t>& dropped);

    /// Why nothing more is taken; nothing while all is well.
    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }
    [[nodiscard]] Timestamp syncedAt() const { return m_syncedAt; }
    /// Capture time up to which every steady stream is durable; 0 before the first sync.
    [[nodiscard]] Timestamp acknowledgedTo() const { return m_acknowledged; }
    /// The stream has written something.
    [[nodiscard]] bool hasBegun(std::size_t stream) const { return m_watches[stream].began; }
    [[nodiscard]] bool isSilent(std::size_t stream) const { return m_watches[stream].silent; }
    [[nodiscard]] std::string silentStreams() const;
    [[nodiscard]] std::uint64_t bytes() const { return m_files ? m_files->bytes() : m_bytes; }
    /// From the plan's begin to the newest sample or event; after a failure to the newest that is durable.
    [[nodiscard]] Duration duration() const;
    [[nodiscard]] std::vector<StreamReport> reports(const std::vector<std::uint64_t>& dropped) const;

    /// Writes counts and summary, closes the files. Failure or not, they are closed afterwards.
    void finish(const std::vector<std::uint64_t>& dropped);

private:
    struct Watch {
        std::uint64_t droppedAtStart = 0;
        std::uint64_t droppedExplained = 0;  ///< gaps that were seen account for so many
        std::uint64_t nextSequence = 0;
        std::uint64_t missing = 0;
        Timestamp lastCapture = 0;
        std::int64_t missedTicks = 0;
        LostSamples noted;  ///< in the last event that told of losses
        bool began = false;
        bool silent = false;
        Timestamp silentSince = 0;
        Duration silence = 0;  ///< ended
    };

    Take(std::vector<TakeStream>& streams, Plan plan) : m_streams(streams), m_plan(std::move(plan)) {}
    void noteSequence(std::size_t stream, Timestamp capture, std::uint64_t sequence, std::uint64_t dropped);
    void check(const Result<void>& result);
    void acknowledge();
    void noteLosses(Timestamp now, const std::vector<std::uint64_t>& dropped);

    std::vector<TakeStream>& m_streams;
    Plan m_plan;
    std::unique_ptr<TakeFiles> m_files;
    std::vector<Watch> m_watches;
    std::vector<StreamTally> m_tallies;  ///< after the files are closed
    std::optional<Error> m_failure;
    std::uint64_t m_events = 0;
    std::uint64_t m_bytes = 0;   ///< likewise
    Timestamp m_end = 0;         ///< newest sample or event
    Timestamp m_durableEnd = 0;  ///< the same, at the last sync
    Timestamp m_syncedAt = 0;
    Timestamp m_acknowledged = 0;
};

}  // namespace understudy
