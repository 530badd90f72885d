#include "storage/read/episodereader.h"

#include <algorithm>

#include "storage/read/cdr.h"

namespace understudy {

EpisodeValues::EpisodeValues(McapMessages messages, std::vector<StreamDecoder> decoders)
    : m_messages(std::move(messages)), m_decoders(std::move(decoders))
{
    for (std::size_t i = 0; i < m_decoders.size(); ++i) {
        const StoredStream& stream = m_decoders[i].stream();
        m_decoderOf[stream.channel] = i;
        if (stream.companion) m_decoderOf[*stream.companion] = i;
    }
}

Result<const EpisodeSample*> EpisodeValues::next()
{
    while (true) {
        const Result<const McapMessage*> message = m_messages.next();
        if (!message) return tl::unexpected(message.error());
        if (*message == nullptr) return nullptr;
        const auto found = m_decoderOf.find((*message)->channelId);
        if (found == m_decoderOf.end()) continue;
        StreamDecoder& decoder = m_decoders[found->second];
        const Result<const EpisodeValue*> value = decoder.decode(**message);
        if (!value) {
            constexpr std::size_t kMost = 1000;
            if (m_damage.size() < kMost) m_damage.push_back({.reason = value.error().message});
            continue;
        }
        if (*value == nullptr) continue;
        m_sample = {&decoder.stream().info, (*message)->logTime, *value};
        return &m_sample;
    }
}

std::vector<McapDamage> EpisodeValues::damage() const
{
    std::vector<McapDamage> all = m_messages.damage();
    all.insert(all.end(), m_damage.begin(), m_damage.end());
    return all;
}

Result<EpisodeFile> readEpisodeJson(FileSystem& files, const std::filesystem::path& folder)
{
    const std::filesystem::path path = folder / "episode.json";
    const auto json = readAll(files, path, kEpisodeJsonLimit);
    if (!json) return tl::unexpected(json.error());
    Result<EpisodeFile> episode = parseEpisodeJson({reinterpret_cast<const char*>(json->data()), json->size()});
    if (!episode) return fail(path.string() + ": " + episode.error().message);
    return episode;
}

Result<EpisodeFile> readAttachedEpisode(FileSystem& files, const std::filesystem::path& folder)
{
    Result<std::unique_ptr<File>> file = files.open(folder / "episode.mcap", OpenMode::Read);
    if (!file) return tl::unexpected(file.error());
    const Result<std::unique_ptr<McapReader>> mcap = McapReader::open(std::move(*file));
    if (!mcap) return tl::unexpected(mcap.error());
    for (const McapAttachmentIndex& each : (*mcap)->summary().attachments) {
        if (each.name != "episode.json") continue;
        const Result<std::vector<std::byte>> text = (*mcap)->attachment(each);
        if (!text) return tl::unexpected(text.error());
        return parseEpisodeJson({reinterpret_cast<const char*>(text->data()), text->size()});
    }
    return fail((folder / "episode.mcap").string() + " carries no copy of episode.json");
}

Result<std::unique_ptr<EpisodeReader>> EpisodeReader::open(FileSystem& files, const std::filesystem::path& folder)
{
    std::unique_ptr<EpisodeReader> reader(new EpisodeReader(files, folder));
    Result<EpisodeFile> info = readEpisodeJson(files, folder);
    if (!info) return tl::unexpected(info.error());
    reader->m_info = std::move(*info);
    Result<std::unique_ptr<File>> file = files.open(folder / "episode.mcap", OpenMode::Read);
    if (!file) return tl::unexpected(file.error());
    Result<std::unique_ptr<McapReader>> mcap = McapReader::open(std::move(*file));
    if (!mcap) return fail((folder / "episode.mcap").string() + ": " + mcap.error().message);
    reader->m_mcap = std::move(*mcap);
    reader->m_streams = streamsOf(reader->m_mcap->summary());
    return reader;
}

const StoredStream* EpisodeReader::stream(std::string_view name) const
{
    for (const StoredStream& stream : m_streams)
        if (stream.info.name == name) return &stream;
    return nullptr;
}

const StoredStream* EpisodeReader::streamOfKind(std::string_view kind) const
{
    for (const StoredStream& stream : m_streams)
        if (stream.info.kind == kind) return &stream;
    return nullptr;
}

std::uint64_t EpisodeReader::countOf(const StoredStream& stream) const
{
    const auto& counts = m_mcap->summary().statistics.channelMessageCounts;
    const auto found = counts.find(stream.channel);
    return found == counts.end() ? 0 : found->second;
}

EpisodeValues EpisodeReader::values(const EpisodeQuery& query) const
{
    // Channel 0 does not exist in a file of ours: it keeps an empty choice from meaning every channel.
    McapFilter filter{.channels = {0}, .from = query.from, .to = query.to};
    std::vector<StreamDecoder> decoders;
    for (const StoredStream& stream : m_streams) {
        if (!query.streams.empty() && std::ranges::find(query.streams, stream.info.name) == query.streams.end())
            continue;
        decoders.emplace_back(stream, m_info.clock);
        filter.channels.push_back(stream.channel);
        if (stream.companion) filter.channels.push_back(*stream.companion);
    }
    return EpisodeValues(m_mcap->messages(std::move(filter)), std::move(decoders));
}

Result<EpisodeReader::Camera*> EpisodeReader::camera(const std::string& name)
{
    const auto known = m_cameras.find(name);
    if (known != m_cameras.end()) return &known->second;
    const StoredStream* found = stream(name);
    if (found == nullptr || found->info.kind != "camera") {
        std::string cameras;
        for (const StoredStream& other : m_streams)
            if (other.info.kind == "camera") cameras += (cameras.empty() ? "" : ", ") + other.info.name;
        return fail("the episode has no camera \"" + name + "\"; it has " + (cameras.empty() ? "none" : cameras));
    }
    Camera camera;
    EpisodeValues pass = values({.streams = {name}});
    while (true) {
        const Result<const EpisodeSample*> sample = pass.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) break;
        if (const auto* place = std::get_if<PacketLocation>((*sample)->value)) camera.images.push_back(*place);
    }
    return &m_cameras.emplace(name, std::move(camera)).first->second;
}

Result<const std::vector<PacketLocation>*> EpisodeReader::images(const std::string& camera)
{
    const Result<Camera*> found = this->camera(camera);
    if (!found) return tl::unexpected(found.error());
    return &(*found)->images;
}

Result<Mp4Reader*> EpisodeReader::video(const std::string& camera)
{
    const Result<Camera*> found = this->camera(camera);
    if (!found) return tl::unexpected(found.error());
    if (!(*found)->video) {
        Result<std::unique_ptr<Mp4Reader>> video =
            Mp4Reader::open(m_files, m_folder / (camera + ".mp4"), (*found)->images);
        if (!video) return tl::unexpected(video.error());
        (*found)->video = std::move(*video);
    }
    return (*found)->video.get();
}

Result<ImageRef> EpisodeReader::image(const std::string& camera, std::size_t index)
{
    const Result<Mp4Reader*> video = this->video(camera);
    if (!video) return tl::unexpected(video.error());
    const std::vector<PacketLocation>& places = m_cameras.at(camera).images;
    if (index >= places.size())
        return fail("camera " + camera + " has " + std::to_string(places.size()) + " images, there is no number " +
                    std::to_string(index));
    // The place in the file names the image beyond doubt, also where the index has gaps.
    const std::vector<VideoSample>& samples = (*video)->index().samples;
    const auto sample = std::ranges::lower_bound(samples, places[index].offset, {}, &VideoSample::offset);
    if (sample == samples.end() || sample->offset != places[index].offset)
        return fail("image " + std::to_string(index) + " of camera " + camera + " is not in its video");
    const auto at = static_cast<std::size_t>(sample - samples.begin());
    const auto pixels = stream(camera)->info.metadata.find(kPixelsKey);
    const bool isDepth = pixels != stream(camera)->info.metadata.end() && pixels->second == kDepthPixels;
    const Result<ImageRef> decoded = isDepth ? (*video)->depthAt(at) : (*video)->imageAt(at);
    if (!decoded) return decoded;
    auto stamped = std::make_shared<Image>(**decoded);
    stamped->stamps = places[index].stamps;
    stamped->sequence = places[index].sequence;
    return ImageRef(std::move(stamped));
}

Result<ImageRef> EpisodeReader::imageAt(const std::string& camera, std::int64_t time)
{
    const auto places = images(camera);
    if (!places) return tl::unexpected(places.error());
    if ((*places)->empty()) return fail("camera " + camera + " has no images in this episode");
    const Timestamp capture = m_info.clock.fromUnix(time);
    const auto later = std::ranges::upper_bound(**places, capture, {},
                                                [](const PacketLocation& place) { return place.stamps.capture; });
    return image(camera, static_cast<std::size_t>(std::max<std::ptrdiff_t>(later - (*places)->begin() - 1, 0)));
}

Result<std::string> EpisodeReader::robotDescription() const
{
    const McapChannel* channel = m_mcap->channelOf("/robot_description");
    if (channel == nullptr) return std::string();
    McapMessages pass = m_mcap->messages({.channels = {channel->id}});
    const Result<const McapMessage*> message = pass.next();
    if (!message) return tl::unexpected(message.error());
    if (*message == nullptr) return std::string();
    CdrReader text((*message)->data);
    std::string description = text.takeString();
    if (!text.ok()) return fail("the robot description of the episode is damaged");
    return description;
}

}  // namespace understudy
