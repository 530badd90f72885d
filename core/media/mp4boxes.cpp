#include "core/media/mp4boxes.h"

#include <algorithm>

namespace understudy::mp4 {
namespace {

constexpr std::uint32_t kNotSync = 0x10000;
constexpr std::int64_t kMaxTime = std::int64_t{1} << 61;

tl::unexpected<Error> broken(const std::string& box) { return fail("the box '" + box + "' is broken"); }

/// The entries of a full box that begins with version, flags and a count, or nothing when they do not fit.
struct Table {
    std::uint8_t version = 0;
    std::uint32_t count = 0;
    Cursor entries{Bytes{}};
};

std::optional<Table> openTable(Bytes payload, std::size_t entrySize)
{
    Table table;
    Cursor cursor(payload);
    table.version = cursor.u8();
    cursor.skip(3);
    table.count = cursor.u32();
    if (cursor.overran() || table.count > cursor.rest().size() / entrySize) return std::nullopt;
    table.entries = Cursor(cursor.rest());
    return table;
}

Result<VideoParameters> readDescription(Bytes stsd)
{
    constexpr std::size_t kVisualEntry = 78;
    Cursor head(stsd);
    head.skip(4);
    if (head.u32() == 0) return broken("stsd");
    Bytes rest = head.rest();
    const std::optional<Box> entry = takeBox(rest);
    if (!entry || entry->payload.size() < kVisualEntry) return broken("stsd");
    Cursor visual(entry->payload);
    visual.skip(24);
    VideoParameters parameters;
    parameters.width = visual.u16();
    parameters.height = visual.u16();
    if (parameters.width == 0 || parameters.height == 0) return broken("stsd");

    std::uint32_t configuration = 0;
    switch (entry->type) {
    case fourcc("avc1"):
    case fourcc("avc3"):
        parameters.codec = VideoCodec::H264;
        configuration = fourcc("avcC");
        break;
    case fourcc("hvc1"):
    case fourcc("hev1"):
        parameters.codec = VideoCodec::Hevc;
        configuration = fourcc("hvcC");
        break;
    case fourcc("av01"):
        parameters.codec = VideoCodec::Av1;
        configuration = fourcc("av1C");
        break;
    case fourcc("vp09"):
        parameters.codec = VideoCodec::Vp9;
        return parameters;
    default:
        return fail("its video codec is none of H.264, HEVC, AV1 and VP9");
    }
    const std::optional<Bytes> record = child(entry->payload.subspan(kVisualEntry), configuration);
    if (!record || record->empty()) return fail("its video track lacks the codec's parameters");
    parameters.extradata.assign(record->begin(), record->end());
    return parameters;
}

Result<void> readSizes(Bytes stsz, std::uint64_t fileSize, std::vector<TrackSample>& samples)
{
    Cursor cursor(stsz);
    cursor.skip(4);
    const std::uint32_t uniform = cursor.u32();
    const std::uint32_t count = cursor.u32();
    if (cursor.overran() || count > std::min<std::uint64_t>(kMaxSamples, fileSize) ||
        (uniform == 0 && count > cursor.rest().size() / 4))
        return broken("stsz");
    samples.resize(count);
    for (TrackSample& sample : samples) sample.size = uniform != 0 ? uniform : cursor.u32();
    return {};
}

Result<void> readTimes(Bytes stts, std::optional<Bytes> ctts, std::vector<TrackSample>& samples)
{
    std::optional<Table> table = openTable(stts, 8);
    if (!table) return broken("stts");
    std::size_t next = 0;
    std::int64_t time = 0;
    for (std::uint32_t i = 0; i < table->count; ++i) {
        const std::uint32_t run = table->entries.u32();
        const std::uint32_t duration = table->entries.u32();
        if (run > samples.size() - next) return broken("stts");
        for (std::uint32_t k = 0; k < run; ++k) {
            samples[next].pts = time;
            samples[next++].duration = duration;
            time += duration;
        }
    }
    if (next != samples.size()) return broken("stts");
    if (!ctts) return {};
    table = openTable(*ctts, 8);
    if (!table) return broken("ctts");
    next = 0;
    for (std::uint32_t i = 0; i < table->count; ++i) {
        const std::uint32_t run = table->entries.u32();
        const std::int32_t offset = table->entries.i32();
        if (run > samples.size() - next) return broken("ctts");
        for (std::uint32_t k = 0; k < run; ++k) samples[next++].pts += offset;
    }
    return {};
}

Result<void> readKeys(std::optional<Bytes> stss, std::vector<TrackSample>& samples)
{
    if (!stss) {
        for (TrackSample& sample : samples) sample.key = true;
        return {};
    }
    std::optional<Table> table = openTable(*stss, 4);
    if (!table) return broken("stss");
    for (std::uint32_t i = 0; i < table->count; ++i) {
        const std::uint32_t number = table->entries.u32();
        if (number == 0 || number > samples.size()) return broken("stss");
        samples[number - 1].key = true;
    }
    return {};
}

Result<void> readOffsets(Bytes stsc, std::optional<Bytes> stco, std::optional<Bytes> co64,
                         std::vector<TrackSample>& samples)
{
    std::optional<Table> runs = openTable(stsc, 12);
    if (!runs) return broken("stsc");
    std::optional<Table> chunks = co64 ? openTable(*co64, 8) : stco ? openTable(*stco, 4) : std::nullopt;
    if (!chunks) return broken(co64 ? "co64" : "stco");
    std::size_t next = 0;
    std::uint32_t perChunk = 0;
    std::uint32_t runBegins = runs->count > 0 ? runs->entries.u32() : 0;
    std::uint32_t runsLeft = runs->count;
    for (std::uint32_t chunk = 1; chunk <= chunks->count && next < samples.size(); ++chunk) {
        if (runsLeft > 0 && chunk == runBegins) {
            perChunk = runs->entries.u32();
            runs->entries.skip(4);
            if (--runsLeft > 0) {
                const std::uint32_t following = runs->entries.u32();
                if (following <= runBegins) return broken("stsc");
                runBegins = following;
            }
        }
        std::uint64_t offset = co64 ? chunks->entries.u64() : chunks->entries.u32();
        for (std::uint32_t k = 0; k < perChunk && next < samples.size(); ++k) {
            samples[next].offset = offset;
            offset += samples[next++].size;
        }
    }
    if (next != samples.size()) return broken("stsc");
    return {};
}

/// Ticks by which the edit list moves the track.
std::int64_t readShift(Bytes trak, std::uint32_t timescale, std::uint32_t movieTimescale)
{
    const std::optional<Bytes> edts = child(trak, fourcc("edts"));
    const std::optional<Bytes> elst = edts ? child(*edts, fourcc("elst")) : std::nullopt;
    if (!elst || elst->empty()) return 0;
    const bool wide = (*elst)[0] == std::byte{1};
    std::optional<Table> table = openTable(*elst, wide ? 20 : 12);
    if (!table) return 0;
    double empty = 0;
    for (std::uint32_t i = 0; i < table->count; ++i) {
        const auto duration = static_cast<double>(wide ? table->entries.u64() : table->entries.u32());
        const std::int64_t media =
            wide ? static_cast<std::int64_t>(table->entries.u64()) : std::int64_t{table->entries.i32()};
        table->entries.skip(4);
        if (media >= 0) return std::clamp(static_cast<std::int64_t>(empty) - media, -kMaxTime, kMaxTime);
        if (movieTimescale != 0) empty = std::min(empty + duration * timescale / movieTimescale, 1e18);
    }
    return 0;
}

Result<void> readTables(Bytes stbl, std::uint64_t fileSize, std::vector<TrackSample>& samples)
{
    const std::optional<Bytes> stsz = child(stbl, fourcc("stsz"));
    if (!stsz) return {};
    if (Result<void> read = readSizes(*stsz, fileSize, samples); !read) return read;
    if (samples.empty()) return {};
    const std::optional<Bytes> stts = child(stbl, fourcc("stts"));
    const std::optional<Bytes> stsc = child(stbl, fourcc("stsc"));
    if (!stts || !stsc) return fail("its sample table is incomplete");
    if (Result<void> read = readTimes(*stts, child(stbl, fourcc("ctts")), samples); !read) return read;
    if (Result<void> read = readKeys(child(stbl, fourcc("stss")), samples); !read) return read;
    return readOffsets(*stsc, child(stbl, fourcc("stco")), child(stbl, fourcc("co64")), samples);
}

std::uint32_t readTimescale(Bytes header)
{
    Cursor cursor(header);
    const bool wide = cursor.u8() == 1;
    cursor.skip(3 + (wide ? 16 : 8));
    return cursor.u32();
}

Result<Track> readVideoTrack(Bytes trak, Bytes mdia, Bytes moov, std::uint64_t fileSize)
{
    Track track;
    const std::optional<Bytes> tkhd = child(trak, fourcc("tkhd"));
    const std::optional<Bytes> mdhd = child(mdia, fourcc("mdhd"));
    const std::optional<Bytes> minf = child(mdia, fourcc("minf"));
    const std::optional<Bytes> stbl = minf ? child(*minf, fourcc("stbl")) : std::nullopt;
    const std::optional<Bytes> stsd = stbl ? child(*stbl, fourcc("stsd")) : std::nullopt;
    if (!tkhd || tkhd->empty() || !mdhd || !stsd) return fail("its video track is incomplete");
    Cursor header(*tkhd);
    const bool wide = header.u8() == 1;
    header.skip(3 + (wide ? 16 : 8));
    track.id = header.u32();
    track.timescale = readTimescale(*mdhd);
    if (track.id == 0 || track.timescale == 0) return broken("mdhd");
    Result<VideoParameters> parameters = readDescription(*stsd);
    if (!parameters) return tl::unexpected(parameters.error());
    track.parameters = std::move(*parameters);
    const std::optional<Bytes> mvhd = child(moov, fourcc("mvhd"));
    track.shift = readShift(trak, track.timescale, mvhd ? readTimescale(*mvhd) : 0);
    if (const Result<void> read = readTables(*stbl, fileSize, track.samples); !read)
        return tl::unexpected(read.error());

    if (const std::optional<Bytes> mvex = child(moov, fourcc("mvex"))) {
        track.fragmented = true;
        Bytes rest = *mvex;
        while (const std::optional<Box> box = takeBox(rest)) {
            Cursor trex(box->payload);
            trex.skip(4);
            if (box->type != fourcc("trex") || trex.u32() != track.id) continue;
            trex.skip(4);
            track.defaults.duration = trex.u32();
            track.defaults.size = trex.u32();
            track.defaults.flags = trex.u32();
        }
    }
    return track;
}

/// One `trun` behind its `tfhd`; `time` and `offset` move past its samples.
Result<void> readRun(Bytes trun, std::uint64_t moofOffset, const SampleDefaults& defaults, std::uint64_t fileSize,
                     std::int64_t& time, std::uint64_t& offset, std::vector<TrackSample>& samples)
{
    Cursor cursor(trun);
    const std::uint32_t flags = cursor.u32() & 0xFFFFFFU;
    const std::uint32_t count = cursor.u32();
    if (flags & 0x1U) offset = moofOffset + static_cast<std::uint64_t>(std::int64_t{cursor.i32()});
    const bool ownFirst = flags & 0x4U;
    const std::uint32_t firstFlags = ownFirst ? cursor.u32() : 0;
    std::size_t perSample = 0;
    for (const std::uint32_t field : {0x100U, 0x200U, 0x400U, 0x800U})
        if (flags & field) perSample += 4;
    // Every sample has a byte of its own, so that a small file cannot ask for a large table.
    const std::uint64_t room = std::min<std::uint64_t>(kMaxSamples, fileSize);
    if (cursor.overran() || samples.size() + count > room ||
        (perSample > 0 && count > cursor.rest().size() / perSample))
        return broken("trun");
    for (std::uint32_t i = 0; i < count; ++i) {
        TrackSample sample;
        sample.duration = flags & 0x100U ? cursor.u32() : defaults.duration;
        sample.size = flags & 0x200U ? cursor.u32() : defaults.size;
        std::uint32_t own = flags & 0x400U ? cursor.u32() : defaults.flags;
        if (i == 0 && ownFirst) own = firstFlags;
        sample.key = (own & kNotSync) == 0;
        sample.pts = time + (flags & 0x800U ? std::int64_t{cursor.i32()} : 0);
        sample.offset = offset;
        if (sample.size == 0 || offset > fileSize || sample.size > fileSize - offset)
            return fail("an image is empty or lies beyond the end of the file");
        time += sample.duration;
        offset += sample.size;
        samples.push_back(sample);
    }
    return {};
}

}  // namespace

void Cursor::skip(std::size_t count)
{
    m_overran = m_overran || count > m_rest.size();
    m_rest = m_rest.subspan(std::min(count, m_rest.size()));
}

std::uint64_t Cursor::number(std::size_t width)
{
    if (width > m_rest.size()) {
        skip(width);
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8U | std::to_integer<std::uint64_t>(m_rest[i]);
    m_rest = m_rest.subspan(width);
    return value;
}

std::optional<Box> takeBox(Bytes& rest)
{
    Cursor cursor(rest);
    std::uint64_t size = cursor.u32();
    const std::uint32_t type = cursor.u32();
    std::uint64_t header = 8;
    if (size == 1) {
        size = cursor.u64();
        header = 16;
    }
    if (cursor.overran() || size < header || size > rest.size()) return std::nullopt;
    const Bytes payload = rest.subspan(header, size - header);
    rest = rest.subspan(size);
    return Box{type, payload};
}

std::optional<Bytes> child(Bytes parent, std::uint32_t type)
{
    while (const std::optional<Box> box = takeBox(parent))
        if (box->type == type) return box->payload;
    return std::nullopt;
}

Result<Track> readTrack(Bytes moov, std::uint64_t fileSize)
{
    Bytes rest = moov;
    while (const std::optional<Box> box = takeBox(rest)) {
        if (box->type != fourcc("trak")) continue;
        const std::optional<Bytes> mdia = child(box->payload, fourcc("mdia"));
        const std::optional<Bytes> hdlr = mdia ? child(*mdia, fourcc("hdlr")) : std::nullopt;
        if (!hdlr) continue;
        Cursor handler(*hdlr);
        handler.skip(8);
        if (handler.u32() == fourcc("vide")) return readVideoTrack(box->payload, *mdia, moov, fileSize);
    }
    return fail("it has no video track");
}

Result<Fragment> readFragment(Bytes moof, std::uint64_t offset, std::uint32_t track, std::int64_t start,
                              const SampleDefaults& trackDefaults, std::uint64_t fileSize)
{
    Fragment fragment;
    fragment.end = start;
    Bytes rest = moof;
    while (const std::optional<Box> traf = takeBox(rest)) {
        if (traf->type != fourcc("traf")) continue;
        const std::optional<Bytes> tfhd = child(traf->payload, fourcc("tfhd"));
        if (!tfhd) return broken("traf");
        Cursor header(*tfhd);
        const std::uint32_t flags = header.u32() & 0xFFFFFFU;
        const std::uint32_t id = header.u32();
        if (track != 0 && id != track) continue;
        std::uint64_t base = offset;
        SampleDefaults defaults = trackDefaults;
        if (flags & 0x1U) base = header.u64();
        if (flags & 0x2U) header.skip(4);
        if (flags & 0x8U) defaults.duration = header.u32();
        if (flags & 0x10U) defaults.size = header.u32();
        if (flags & 0x20U) defaults.flags = header.u32();
        if (header.overran()) return broken("tfhd");

        if (const std::optional<Bytes> tfdt = child(traf->payload, fourcc("tfdt"))) {
            Cursor cursor(*tfdt);
            const bool wide = cursor.u8() == 1;
            cursor.skip(3);
            const std::uint64_t time = wide ? cursor.u64() : cursor.u32();
            if (cursor.overran() || time > static_cast<std::uint64_t>(kMaxTime)) return broken("tfdt");
            fragment.end = static_cast<std::int64_t>(time);
        }
        std::uint64_t data = base;
        Bytes runs = traf->payload;
        while (const std::optional<Box> run = takeBox(runs)) {
            if (run->type != fourcc("trun")) continue;
            const Result<void> read =
                readRun(run->payload, base, defaults, fileSize, fragment.end, data, fragment.samples);
            if (!read) return tl::unexpected(read.error());
        }
        return fragment;
    }
    return fragment;
}

}  // namespace understudy::mp4
