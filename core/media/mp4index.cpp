#include "core/media/mp4index.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/media/mp4boxes.h"

namespace understudy {
namespace {

using mp4::fourcc;

constexpr std::uint64_t kMaxHead = 512ULL << 20U;
constexpr std::uint64_t kMaxFragmentHead = 16ULL << 20U;
constexpr std::int64_t kMaxSeconds = 4'000'000'000;

/// A box of the file's top level.
struct Place {
    std::uint32_t type = 0;
    std::uint64_t offset = 0;
    std::uint64_t header = 0;
    std::uint64_t size = 0;  ///< with its header
};

/// Nothing where no whole box header or no sensible size stands.
Result<std::optional<Place>> placeAt(File& file, std::uint64_t offset, std::uint64_t fileSize)
{
    std::array<std::byte, 16> head{};
    const Result<std::size_t> got = file.read(offset, head);
    if (!got) return tl::unexpected(got.error());
    mp4::Cursor cursor(std::span<const std::byte>(head).first(*got));
    Place place;
    place.offset = offset;
    place.size = cursor.u32();
    place.type = cursor.u32();
    place.header = 8;
    if (cursor.overran()) return std::optional<Place>{};
    if (place.size == 1) {
        place.size = cursor.u64();
        place.header = 16;
        if (cursor.overran()) return std::optional<Place>{};
    } else if (place.size == 0 && place.type == fourcc("mdat")) {
        place.size = fileSize - offset;
    }
    if (place.size < place.header) return std::optional<Place>{};
    return std::optional(place);
}

Result<std::vector<std::byte>> contentOf(File& file, const Place& place)
{
    std::vector<std::byte> content(place.size - place.header);
    const Result<std::size_t> got = file.read(place.offset + place.header, content);
    if (!got) return tl::unexpected(got.error());
    if (*got != content.size()) return fail("the file became shorter while it was read");
    return content;
}

Result<Duration> toNs(std::int64_t ticks, std::uint32_t timescale)
{
    std::int64_t seconds = ticks / timescale;
    std::int64_t rest = ticks % timescale;
    if (rest < 0) {
        rest += timescale;
        --seconds;
    }
    if (seconds > kMaxSeconds || seconds < -kMaxSeconds) return fail("an image's time lies centuries away");
    const std::int64_t scaled = rest * kSecond;
    return seconds * kSecond + scaled / timescale + (scaled % timescale * 2 >= timescale ? 1 : 0);
}

Result<void> append(std::vector<VideoSample>& samples, const std::vector<mp4::TrackSample>& more,
                    std::uint32_t timescale, std::int64_t shift)
{
    if (samples.size() + more.size() > mp4::kMaxSamples) return fail("it claims more images than any recording has");
    const std::size_t before = samples.size();
    for (const mp4::TrackSample& sample : more) {
        const Result<Duration> pts = toNs(sample.pts + shift, timescale);
        if (!pts) {
            samples.resize(before);
            return tl::unexpected(pts.error());
        }
        samples.push_back({*pts, sample.offset, sample.size, static_cast<std::uint32_t>(samples.size()), sample.key});
    }
    return {};
}

bool within(const mp4::TrackSample& sample, std::uint64_t begin, std::uint64_t end)
{
    return sample.size > 0 && sample.offset >= begin && sample.offset <= end && sample.size <= end - sample.offset;
}

/// Walks the top level once and keeps what is whole.
class Walk {
public:
    Walk(File& file, std::uint64_t fileSize) : m_file(file), m_fileSize(fileSize) {}

    Result<Mp4Index> run()
    {
        std::uint64_t offset = 0;
        while (offset < m_fileSize && m_index.damage.empty()) {
            const Result<std::optional<Place>> place = placeAt(m_file, offset, m_fileSize);
            if (!place) return tl::unexpected(place.error());
            if (!*place) {
                m_index.damage = "at byte " + std::to_string(offset) + " stands no MP4 box";
                break;
            }
            const std::uint64_t left = m_fileSize - offset;
            if ((*place)->size > left) {
                m_index.damage = "it ends inside the box at byte " + std::to_string(offset);
                break;
            }
            if (const Result<void> taken = take(**place); !taken) return tl::unexpected(taken.error());
            offset += (*place)->size;
        }
        return finish();
    }

private:
    Result<void> take(const Place& place)
    {
        if (place.type == fourcc("moov") && !m_track) return takeHead(place);
        if (place.type == fourcc("moof") && m_track) return takeFragmentHead(place);
        if (place.type == fourcc("mdat") && m_pending) return takeMedia(place);
        if (m_track && !m_pending) m_index.intactSize = place.offset + place.size;
        return {};
    }

    Result<void> takeHead(const Place& place)
    {
        if (place.size > kMaxHead) return fail("its head of " + std::to_string(place.size) + " bytes is too large");
        const Result<std::vector<std::byte>> content = contentOf(m_file, place);
        if (!content) return tl::unexpected(content.error());
        Result<mp4::Track> track = mp4::readTrack(*content, m_fileSize);
        if (!track) return tl::unexpected(track.error());
        m_track = std::move(*track);
        m_index.intactSize = place.offset + place.size;
        const auto cut = std::ranges::find_if_not(
            m_track->samples, [this](const mp4::TrackSample& sample) { return within(sample, 0, m_fileSize); });
        const bool whole = cut == m_track->samples.end();
        m_track->samples.erase(cut, m_track->samples.end());
        if (!whole)
            m_index.damage = "images after the first " + std::to_string(m_track->samples.size()) +
                             " lie beyond its end or are empty";
        takeDuration(m_track->samples);
        return append(m_index.samples, m_track->samples, m_track->timescale, m_track->shift);
    }

    Result<void> takeFragmentHead(const Place& place)
    {
        if (place.size > kMaxFragmentHead) {
            m_index.damage = "the fragment at byte " + std::to_string(place.offset) + " has too large a head";
            return {};
        }
        const Result<std::vector<std::byte>> content = contentOf(m_file, place);
        if (!content) return tl::unexpected(content.error());
        Result<mp4::Fragment> fragment =
            mp4::readFragment(*content, place.offset, m_track->id, m_time, m_track->defaults, m_fileSize);
        if (!fragment) {
            m_index.damage = "in the fragment at byte " + std::to_string(place.offset) + " " + fragment.error().message;
            return {};
        }
        m_pending = std::move(*fragment);
        m_fragmentOffset = place.offset;
        return {};
    }

    Result<void> takeMedia(const Place& place)
    {
        const mp4::Fragment fragment = *std::exchange(m_pending, std::nullopt);
        const bool inside = std::ranges::all_of(fragment.samples, [&](const mp4::TrackSample& sample) {
            return within(sample, place.offset + place.header, place.offset + place.size);
        });
        const std::string where = "the fragment at byte " + std::to_string(m_fragmentOffset);
        if (!inside) {
            m_index.damage = where + " points outside its images";
            return {};
        }
        if (Result<void> added = append(m_index.samples, fragment.samples, m_track->timescale, m_track->shift);
            !added) {
            m_index.damage = "in " + where + " " + added.error().message;
            return {};
        }
        m_time = fragment.end;
        takeDuration(fragment.samples);
        m_index.intactSize = place.offset + place.size;
        return {};
    }

    void takeDuration(const std::vector<mp4::TrackSample>& samples)
    {
        for (const mp4::TrackSample& sample : samples) {
            const Result<Duration> end = toNs(sample.pts + m_track->shift + sample.duration, m_track->timescale);
            if (end) m_index.duration = std::max(m_index.duration, *end);
        }
    }

    Result<Mp4Index> finish()
    {
        if (!m_track) return fail("it is not an MP4 video, or it was never ended: it has no head (moov)");
        if (m_pending && m_index.damage.empty())
            m_index.damage = "the fragment at byte " + std::to_string(m_fragmentOffset) + " lacks its images";
        m_index.parameters = m_track->parameters;
        m_index.timescale = m_track->timescale;
        m_index.fragmented = m_track->fragmented;
        std::ranges::stable_sort(m_index.samples, {}, &VideoSample::pts);
        return std::move(m_index);
    }

    File& m_file;
    std::uint64_t m_fileSize;
    Mp4Index m_index;
    std::optional<mp4::Track> m_track;
    std::optional<mp4::Fragment> m_pending;
    std::uint64_t m_fragmentOffset = 0;
    std::int64_t m_time = 0;
};

}  // namespace

Result<Mp4Index> readMp4Index(File& file)
{
    const Result<std::uint64_t> size = file.size();
    if (!size) return tl::unexpected(size.error());
    return Walk(file, *size).run();
}

Result<std::vector<VideoSample>> readMp4Fragment(std::span<const std::byte> fragment, std::uint64_t offset,
                                                 std::uint32_t timescale)
{
    std::span<const std::byte> rest = fragment;
    while (!rest.empty()) {
        const std::uint64_t at = offset + (fragment.size() - rest.size());
        const std::optional<mp4::Box> box = mp4::takeBox(rest);
        if (!box) return fail("no whole MP4 box at byte " + std::to_string(at));
        if (box->type != fourcc("moof")) continue;
        const Result<mp4::Fragment> read = mp4::readFragment(box->payload, at, 0, 0, {}, offset + fragment.size());
        if (!read) return tl::unexpected(read.error());
        std::vector<VideoSample> samples;
        if (const Result<void> added = append(samples, read->samples, timescale, 0); !added)
            return tl::unexpected(added.error());
        return samples;
    }
    return std::vector<VideoSample>{};
}

}  // namespace understudy
