#pragma once

#include <filesystem>

#include "core/media/mp4reader.h"
#include "storage/read/episodejson.h"
#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"

namespace understudy {

/// Which values to read.
struct EpisodeQuery {
    std::vector<std::string> streams;                              ///< names; empty: all
    std::int64_t from = std::numeric_limits<std::int64_t>::min();  ///< Unix ns, inclusive
    std::int64_t to = std::numeric_limits<std::int64_t>::max();    ///< exclusive
};

struct EpisodeSample {
    const StreamInfo* stream = nullptr;
    std::int64_t time = 0;  ///< Unix ns of the capture
    const EpisodeValue* value = nullptr;
};

/// A pass over an episode's values in order of time. Damaged parts are left out and listed.
class EpisodeValues {
public:
    /// Null after the last; valid until the next call.
    [[nodiscard]] Result<const EpisodeSample*> next();
    /// What was left out so far: damaged chunks, and messages that do not decode.
    [[nodiscard]] std::vector<McapDamage> damage() const;

private:
    friend class EpisodeReader;
    EpisodeValues(McapMessages messages, std::vector<StreamDecoder> decoders);

    McapMessages m_messages;
    std::vector<StreamDecoder> m_decoders;
    std::map<std::uint16_t, std::size_t> m_decoderOf;  ///< by channel
    std::vector<McapDamage> m_damage;
    EpisodeSample m_sample;
};

/// episode.json in the folder.
[[nodiscard]] Result<EpisodeFile> readEpisodeJson(FileSystem& files, const std::filesystem::path& folder);
/// The copy of it that episode.mcap carries, as it was when the take began.
[[nodiscard]] Result<EpisodeFile> readAttachedEpisode(FileSystem& files, const std::filesystem::path& folder);

/// Reads the folder of one episode, from episode.json, episode.mcap and the videos alone. One thread.
class EpisodeReader {
public:
    [[nodiscard]] static Result<std::unique_ptr<EpisodeReader>> open(FileSystem& files,
                                                                     const std::filesystem::path& folder);

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] const EpisodeFile& info() const { return m_info; }
    [[nodiscard]] const std::vector<StoredStream>& streams() const { return m_streams; }
    /// Null when there is none of that name.
    [[nodiscard]] const StoredStream* stream(std::string_view name) const;
    /// Of the first stream of that kind; null when there is none.
    [[nodiscard]] const StoredStream* streamOfKind(std::string_view kind) const;
    [[nodiscard]] const McapReader& mcap() const { return *m_mcap; }
    /// Unix ns of the first and behind the last message.
    [[nodiscard]] std::int64_t startTime() const { return m_mcap->summary().statistics.startTime; }
    [[nodiscard]] std::int64_t endTime() const { return m_mcap->summary().statistics.endTime + 1; }
    [[nodiscard]] std::uint64_t countOf(const StoredStream& stream) const;

    [[nodiscard]] EpisodeValues values(const EpisodeQuery& query = {}) const;

    /// Every image of a camera, in order of time.
    [[nodiscard]] Result<const std::vector<PacketLocation>*> images(const std::string& camera);
    /// The image taken last at or before a time; the first one for times before it. Its stamps are those of capture.
    [[nodiscard]] Result<ImageRef> imageAt(const std::string& camera, std::int64_t time);
    [[nodiscard]] Result<ImageRef> image(const std::string& camera, std::size_t index);
    /// Opened at first use and kept.
    [[nodiscard]] Result<Mp4Reader*> video(const std::string& camera);

    /// The text latched as /robot_description, empty without one.
    [[nodiscard]] Result<std::string> robotDescription() const;

private:
    struct Camera {
        std::vector<PacketLocation> images;
        std::unique_ptr<Mp4Reader> video;
    };

    EpisodeReader(FileSystem& files, std::filesystem::path folder) : m_files(files), m_folder(std::move(folder)) {}
    Result<Camera*> camera(const std::string& name);

    FileSystem& m_files;
    std::filesystem::path m_folder;
    EpisodeFile m_info;
    std::unique_ptr<McapReader> m_mcap;
    std::vector<StoredStream> m_streams;
    std::map<std::string, Camera> m_cameras;
};

}  // namespace understudy
