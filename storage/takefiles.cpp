#include "storage/takefiles.h"

#include <utility>

#include "storage/read/cdr.h"

namespace understudy {

Result<std::unique_ptr<TakeFiles>> TakeFiles::create(FileSystem& files, std::filesystem::path folder,
                                                     std::vector<TakeStream>& streams, const TakeHead& head)
{
    std::unique_ptr<TakeFiles> take(new TakeFiles(files, std::move(folder), streams));
    Result<std::unique_ptr<File>> file = files.open(take->m_folder / "episode.mcap", OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    Result<std::unique_ptr<McapWriter>> mcap =
        McapWriter::create(std::move(*file), {.compression = McapCompression::Zstd});
    if (!mcap) return tl::unexpected(mcap.error());
    take->m_mcap = std::move(*mcap);
    take->m_videos.resize(streams.size());
    take->m_tallies.resize(streams.size());
    if (const Result<void> added = take->addChannels(head); !added) return tl::unexpected(added.error());
    return take;
}

Result<void> TakeFiles::addChannels(const TakeHead& head)
{
    const auto add = [this](const std::string& topic, MessageType type,
                            const std::map<std::string, std::string>& metadata) -> Result<std::uint16_t> {
        const auto schema = m_mcap->addSchema(std::string(nameOf(type)), "ros2msg", definitionOf(type));
        if (!schema) return schema;
        return m_mcap->addChannel(*schema, topic, "cdr", metadata);
    };
    if (const Result<void> added = m_mcap->addMetadata("understudy", head.metadata); !added) return added;
    if (!head.episodeJson.empty()) {
        const Result<void> added = m_mcap->addAttachment("episode.json", "application/json", head.time,
                                                         std::as_bytes(std::span(head.episodeJson)));
        if (!added) return added;
    }
    for (const TakeStream& stream : m_streams) {
        std::vector<std::uint16_t>& channels = m_channels.emplace_back();
        for (const ChannelSpec& spec : stream.encoder.channels()) {
            const Result<std::uint16_t> id = add(spec.topic, spec.type, spec.metadata);
            if (!id) return tl::unexpected(id.error());
            channels.push_back(*id);
        }
    }
    if (head.robotDescription.empty()) return {};
    const auto channel =
        add("/robot_description", MessageType::Text, {{"offered_qos_profiles", qosProfile(Durability::Latched)}});
    if (!channel) return tl::unexpected(channel.error());
    std::vector<std::byte> text;
    CdrWriter(text).put(std::string_view(head.robotDescription));
    return m_mcap->write({.channelId = *channel, .logTime = head.time, .publishTime = head.time, .data = text});
}

Result<void> TakeFiles::writeMessages(std::size_t stream, std::span<const EncodedMessage> messages)
{
    for (const EncodedMessage& message : messages) {
        const Result<void> written = m_mcap->write({.channelId = m_channels[stream][message.channel],
                                                    .sequence = message.sequence,
                                                    .logTime = message.logTime,
                                                    .publishTime = message.publishTime,
                                                    .data = message.data});
        if (!written) return written;
    }
    return {};
}

Result<void> TakeFiles::write(std::size_t stream, Timestamp capture, std::span<const EncodedMessage> messages)
{
    StreamTally& tally = m_tallies[stream];
    if (tally.count++ == 0) tally.first = capture;
    tally.last = capture;
    return writeMessages(stream, messages);
}

Result<void> TakeFiles::writePacket(std::size_t stream, const Packet& packet, const VideoParameters& parameters)
{
    Video& video = m_videos[stream];
    const StreamInfo& info = m_streams[stream].info;
    if (!video.writer) {
        Result<std::unique_ptr<File>> file = m_files.open(m_folder / (info.name + ".mp4"), OpenMode::Create);
        if (!file) return tl::unexpected(file.error());
        auto writer =
            FragmentedMp4Writer::create(std::move(*file), parameters, {.rateHz = info.rateHz > 0 ? info.rateHz : 30});
        if (!writer) return tl::unexpected(writer.error());
        video.writer = std::move(*writer);
        m_newNames = true;
    }
    const Result<std::vector<PacketLocation>> written = video.writer->write(packet);
    if (!written) return tl::unexpected(written.error());
    video.pending.insert(video.pending.end(), written->begin(), written->end());
    StreamTally& tally = m_tallies[stream];
    if (tally.count++ == 0) tally.first = packet.stamps.capture;
    tally.last = packet.stamps.capture;
    return {};
}

Result<void> TakeFiles::syncVideos(Sync when)
{
    for (std::size_t i = 0; i < m_videos.size(); ++i) {
        Video& video = m_videos[i];
        if (!video.writer) continue;
        const Result<std::vector<PacketLocation>> flushed =
            when == Sync::AtTheEnd ? video.writer->finish() : video.writer->flush();
        if (!flushed) return tl::unexpected(flushed.error());
        if (when == Sync::Underway)
            if (const Result<void> synced = video.writer->sync(); !synced) return synced;
        video.pending.insert(video.pending.end(), flushed->begin(), flushed->end());
        video.synced = video.writer->bytesWritten();
    }
    return {};
}

Result<void> TakeFiles::sync() { return sync(Sync::Underway); }

Result<void> TakeFiles::sync(Sync when)
{
    if (const Result<void> synced = syncVideos(when); !synced) return synced;
    // A record must not outlive the name of its video.
    if (std::exchange(m_newNames, false))
        if (const Result<void> synced = m_files.syncDirectory(m_folder); !synced) return synced;
    // A fragment's records share a chunk, so that a cut never divides them.
    constexpr std::size_t kRecordBytes = 256;
    std::size_t pending = 0;
    for (const Video& video : m_videos) pending += video.pending.size();
    if (const Result<void> kept = m_mcap->keepTogether(pending * kRecordBytes); !kept) return kept;
    for (std::size_t i = 0; i < m_videos.size(); ++i) {
        for (const PacketLocation& place : m_videos[i].pending)
            if (const Result<void> written = writeMessages(i, m_streams[i].encoder.encodeValue(place)); !written)
                return written;
        m_videos[i].pending.clear();
    }
    if (const Result<void> flushed = m_mcap->flush(); !flushed) return flushed;
    m_mcapSynced = m_mcap->size();
    return {};
}

Result<void> TakeFiles::finish(const std::string& metadataName, const std::map<std::string, std::string>& values)
{
    if (const Result<void> synced = sync(Sync::AtTheEnd); !synced) return synced;
    if (const Result<void> added = m_mcap->addMetadata(metadataName, values); !added) return added;
    return m_mcap->finish();
}

void TakeFiles::abandon()
{
    // What cannot be cut now is cut when the episode is recovered.
    const auto cut = [this](const std::string& name, std::uint64_t size) {
        const Result<std::unique_ptr<File>> file = m_files.open(m_folder / name, OpenMode::ReadWrite);
        if (file) (void)(*file)->truncate(size);
    };
    cut("episode.mcap", m_mcapSynced);
    for (std::size_t i = 0; i < m_videos.size(); ++i)
        if (m_videos[i].writer) cut(m_streams[i].info.name + ".mp4", m_videos[i].synced);
}

std::uint64_t TakeFiles::bytes() const
{
    std::uint64_t total = m_mcap->size();
    for (const Video& video : m_videos)
        if (video.writer) total += video.writer->bytesWritten();
    return total;
}

}  // namespace understudy
