#pragma once

#include <map>
#include <memory>

#include "core/media/fragmentedmp4writer.h"
#include "storage/mcapwriter.h"
#include "storage/read/streamcodec.h"

namespace understudy {

/// A stream as a take writes it.
struct TakeStream {
    StreamInfo info;
    StreamEncoder encoder;
};

/// What stands at the front of an episode's MCAP.
struct TakeHead {
    std::map<std::string, std::string> metadata;
    std::string robotDescription;  ///< latched as /robot_description; empty: none
    std::string episodeJson;       ///< as the take begins, attached in case the file beside it is lost; empty: none
    std::int64_t time = 0;         ///< Unix ns
};

/// What a stream has written.
struct StreamTally {
    std::uint64_t count = 0;
    Timestamp first = 0;  ///< capture, monotonic
    Timestamp last = 0;
};

/// The files of one episode while they are written: episode.mcap and one MP4 per camera. One thread.
///
/// sync() makes everything so far durable, the videos before the records that point into them. After an error nothing
/// more is taken; what the last successful sync covered stays.
class TakeFiles {
public:
    /// Creates the files in the folder, which exists. `streams` must outlive the take.
    [[nodiscard]] static Result<std::unique_ptr<TakeFiles>>
    create(FileSystem& files, std::filesystem::path folder, std::vector<TakeStream>& streams, const TakeHead& head);

    /// Messages that the stream's encoder made of one record of this capture time.
    [[nodiscard]] Result<void> write(std::size_t stream, Timestamp capture, std::span<const EncodedMessage> messages);
    /// The first packet of a camera must be a key image.
    [[nodiscard]] Result<void> writePacket(std::size_t stream, const Packet& packet, const VideoParameters& parameters);
    [[nodiscard]] Result<void> sync();
    /// sync(), then metadata and the summary.
    [[nodiscard]] Result<void> finish(const std::string& metadataName,
                                      const std::map<std::string, std::string>& values);

    /// After a failure: cuts every file to what the last successful sync covered, because nothing behind it can be
    /// trusted. Takes no more.
    void abandon();

    [[nodiscard]] const StreamTally& tally(std::size_t stream) const { return m_tallies[stream]; }
    [[nodiscard]] std::uint64_t bytes() const;

private:
    enum class Sync { Underway, AtTheEnd };
    struct Video {
        std::unique_ptr<FragmentedMp4Writer> writer;
        std::vector<PacketLocation> pending;  ///< in the file, not yet in the MCAP
        std::uint64_t synced = 0;             ///< bytes
    };

    TakeFiles(FileSystem& files, std::filesystem::path folder, std::vector<TakeStream>& streams)
        : m_files(files), m_folder(std::move(folder)), m_streams(streams)
    {
    }
    Result<void> addChannels(const TakeHead& head);
    Result<void> writeMessages(std::size_t stream, std::span<const EncodedMessage> messages);
    Result<void> sync(Sync when);
    Result<void> syncVideos(Sync when);

    FileSystem& m_files;
    std::filesystem::path m_folder;
    std::vector<TakeStream>& m_streams;
    std::unique_ptr<McapWriter> m_mcap;
    std::vector<std::vector<std::uint16_t>> m_channels;  ///< by stream, as its encoder counts them
    std::vector<Video> m_videos;                         ///< by stream; empty for others
    std::vector<StreamTally> m_tallies;
    std::uint64_t m_mcapSynced = 0;  ///< bytes
    bool m_newNames = true;
};

}  // namespace understudy
