#include "storage/read/signalpyramid.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include <nlohmann/json.hpp>

#include "storage/read/crc32.h"
#include "storage/read/episodereader.h"
#include "storage/read/jsonfields.h"

namespace understudy {
namespace {

constexpr const char* kFile = "signals.pyr";
constexpr std::string_view kMagic = "USPYR1\r\n";
constexpr std::int64_t kMostStretches = 1 << 16;
constexpr std::int64_t kCoarser = 4;    ///< from level to level
constexpr std::int64_t kCoarsest = 64;  ///< stretches; no level has fewer, but the finest
constexpr std::size_t kMostSignals = 4096;
constexpr std::uint64_t kMostHead = 16U << 20U;
constexpr SignalSpan kNone{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::quiet_NaN()};

void widen(SignalSpan& span, const SignalSpan& by)
{
    // Comparisons with NaN are false: the first value is taken as it is.
    if (!(span.least <= by.least) && !std::isnan(by.least)) span.least = by.least;
    if (!(span.greatest >= by.greatest) && !std::isnan(by.greatest)) span.greatest = by.greatest;
}

/// The numbers of a value, in an order that stays; names() in the same.
class Flattened {
public:
    std::vector<std::string> names;
    std::vector<float> values;

    void read(const StreamInfo& info, const EpisodeValue& value, bool named)
    {
        m_named = named;
        names.clear();
        values.clear();
        std::visit([&](const auto& each) { flatten(info, each); }, value);
    }

private:
    void add(const std::string& group, const std::string& name, double value)
    {
        if (m_named) names.push_back(name.empty() ? group : group + '/' + name);
        values.push_back(static_cast<float>(value));
    }
    template <typename Vector>
    void addAll(const std::string& group, const Vector& vector, const std::vector<std::string>& parts)
    {
        for (Eigen::Index i = 0; i < vector.size(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            add(group, !m_named || at < parts.size() ? (m_named ? parts[at] : "") : std::to_string(i),
                static_cast<double>(vector[i]));
        }
    }
    void flatten(const StreamInfo& info, const RobotState& state)
    {
        addAll("position", state.position, info.names);
        addAll("velocity", state.velocity, info.names);
        addAll("effort", state.effort, info.names);
    }
    void flatten(const StreamInfo& info, const Step& step)
    {
        addAll("target", step.target, info.names);
        addAll("command", step.command, info.names);
        addAll("measured", step.measured, info.names);
        add("latency_ms", "", step.latencyNs * 1e-6);
    }
    void flatten(const StreamInfo&, const ImuSample& imu)
    {
        static const std::vector<std::string> kAxes{"x", "y", "z"};
        addAll("angular_velocity", imu.angularVelocity, kAxes);
        addAll("linear_acceleration", imu.linearAcceleration, kAxes);
    }
    void flatten(const StreamInfo&, const WrenchSample& sample)
    {
        static const std::vector<std::string> kAxes{"x", "y", "z"};
        addAll("force", sample.wrench.force, kAxes);
        addAll("torque", sample.wrench.torque, kAxes);
    }
    void flatten(const StreamInfo&, const ContactSample& sample)
    {
        double force = 0;
        for (int i = 0; i < sample.count; ++i)
            force += static_cast<double>(sample.contacts[static_cast<std::size_t>(i)].force);
        add("contacts", "", sample.count);
        add("force", "", force);
    }
    void flatten(const StreamInfo& info, const TaxelSample& sample) { addAll("taxel", sample.values, info.names); }
    void flatten(const StreamInfo& info, const OperatorSample& sample)
    {
        addAll("joint", sample.joints, info.names);
        for (std::size_t side = 0; side < sample.inputs.size(); ++side) {
            const std::string name = side == 0 ? "left" : "right";
            add("trigger", name, static_cast<double>(sample.inputs[side].trigger));
            add("squeeze", name, static_cast<double>(sample.inputs[side].squeeze));
        }
    }
    template <typename Other>
    void flatten(const StreamInfo&, const Other&)
    {
    }

    bool m_named = false;
};

/// A level of one stream: its signals one after another, each `stretches` spans.
struct Level {
    std::int64_t width = 0;  ///< ns
    std::int64_t stretches = 0;
    std::uint64_t offset = 0;  ///< in the file
};

struct Stream {
    std::string name;
    std::vector<std::string> signals;
    std::vector<Level> levels;                   ///< finest first
    std::vector<std::vector<SignalSpan>> spans;  ///< by level, while it is made
};

struct Head {
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::string recording;  ///< of which this is the pyramid
    std::vector<Stream> streams;
};

/// What names the recording: a pyramid of another, or of a longer one before it was recovered, is made anew.
std::string recordingOf(const EpisodeReader& reader)
{
    return reader.info().row.id + ' ' + std::to_string(reader.mcap().summary().statistics.messageCount);
}

class Builder {
public:
    explicit Builder(const EpisodeReader& reader)
        : m_reader(reader), m_head{reader.startTime(), reader.endTime(), recordingOf(reader), {}}
    {
    }

    Result<Head> run(const std::function<bool()>& goOn)
    {
        EpisodeQuery query;
        for (const StoredStream& stream : m_reader.streams())
            if (stream.info.kind != "camera" && stream.info.kind != "event" && stream.info.kind != "transforms")
                query.streams.push_back(stream.info.name);
        if (query.streams.empty()) return std::move(m_head);
        EpisodeValues pass = m_reader.values(query);
        for (std::uint64_t count = 0;; ++count) {
            if (count % 1024 == 0 && goOn && !goOn()) return fail("the pyramid of the signals was not finished");
            const Result<const EpisodeSample*> sample = pass.next();
            if (!sample) return tl::unexpected(sample.error());
            if (*sample == nullptr) break;
            add(**sample);
        }
        for (Stream& stream : m_head.streams) coarsen(stream);
        return std::move(m_head);
    }

private:
    void add(const EpisodeSample& sample)
    {
        auto found = m_streams.find(sample.stream);
        const bool isFirst = found == m_streams.end();
        m_flat.read(*sample.stream, *sample.value, isFirst);
        if (isFirst) {
            found = m_streams.emplace(sample.stream, m_head.streams.size()).first;
            Stream& made = m_head.streams.emplace_back(Stream{.name = sample.stream->name});
            made.signals = m_flat.names;
            made.signals.resize(std::min(made.signals.size(), kMostSignals));
            const std::int64_t length = std::max<std::int64_t>(1, m_head.end - m_head.start);
            const double period = sample.stream->rateHz > 0 ? 4e9 / sample.stream->rateHz : 1e7;
            const std::int64_t width = std::max({std::int64_t{1}, (length + kMostStretches - 1) / kMostStretches,
                                                 static_cast<std::int64_t>(std::llround(period))});
            made.levels.push_back({.width = width, .stretches = (length + width - 1) / width});
            made.spans.emplace_back(made.signals.size() * static_cast<std::size_t>(made.levels[0].stretches), kNone);
        }
        Stream& stream = m_head.streams[found->second];
        const Level& finest = stream.levels[0];
        const auto stretches = static_cast<std::size_t>(finest.stretches);
        const std::int64_t at = (sample.time - m_head.start) / finest.width;
        if (at < 0 || at >= finest.stretches) return;
        SignalSpan* span = stream.spans[0].data() + at;
        const std::size_t count = std::min(stream.signals.size(), m_flat.values.size());
        for (std::size_t i = 0; i < count; ++i, span += stretches) widen(*span, {m_flat.values[i], m_flat.values[i]});
    }

    static void coarsen(Stream& stream)
    {
        while (stream.levels.back().stretches > kCoarsest) {
            const Level fine = stream.levels.back();
            const Level coarse{.width = fine.width * kCoarser, .stretches = (fine.stretches + kCoarser - 1) / kCoarser};
            std::vector<SignalSpan> spans(stream.signals.size() * static_cast<std::size_t>(coarse.stretches), kNone);
            for (std::size_t signal = 0; signal < stream.signals.size(); ++signal) {
                const SignalSpan* from = stream.spans.back().data() + signal * static_cast<std::size_t>(fine.stretches);
                SignalSpan* to = spans.data() + signal * static_cast<std::size_t>(coarse.stretches);
                for (std::int64_t i = 0; i < fine.stretches; ++i) widen(to[i / kCoarser], from[i]);
            }
            stream.levels.push_back(coarse);
            stream.spans.push_back(std::move(spans));
        }
    }

    const EpisodeReader& m_reader;
    Head m_head;
    std::map<const StreamInfo*, std::size_t> m_streams;
    Flattened m_flat;
};

/// magic, size of the head, its CRC, the head as JSON, then every level of every stream.
Result<void> write(FileSystem& files, const std::filesystem::path& folder, Head& head)
{
    const auto jsonOf = [&] {
        nlohmann::json document{{"start", head.start},
                                {"end", head.end},
                                {"recording", head.recording},
                                {"streams", nlohmann::json::array()}};
        for (const Stream& stream : head.streams) {
            nlohmann::json levels = nlohmann::json::array();
            for (const Level& level : stream.levels) levels.push_back({level.width, level.stretches, level.offset});
            document["streams"].push_back({{"name", stream.name}, {"signals", stream.signals}, {"levels", levels}});
        }
        return dumped(document, -1);
    };
    // Offsets count from the end of the head, so that its size does not depend on them.
    std::uint64_t offset = 0;
    for (Stream& stream : head.streams)
        for (std::size_t i = 0; i < stream.levels.size(); ++i) {
            stream.levels[i].offset = offset;
            offset += stream.spans[i].size() * sizeof(SignalSpan);
        }
    const std::string text = jsonOf();
    const std::uint64_t size = text.size();
    const std::uint32_t crc = crc32(std::as_bytes(std::span(text)));
    std::vector<std::byte> bytes(kMagic.size() + sizeof size + sizeof crc + text.size());
    std::byte* to = bytes.data();
    const auto put = [&to](const void* from, std::size_t count) {
        std::memcpy(to, from, count);
        to += count;
    };
    put(kMagic.data(), kMagic.size());
    put(&size, sizeof size);
    put(&crc, sizeof crc);
    put(text.data(), text.size());

    const std::filesystem::path path = folder / kFile;
    const std::filesystem::path beside = folder / (std::string(kFile) + ".new");
    (void)files.remove(beside);
    {
        const Result<std::unique_ptr<File>> file = files.open(beside, OpenMode::Create);
        if (!file) return tl::unexpected(file.error());
        std::uint64_t end = bytes.size();
        if (const Result<void> done = (*file)->write(0, bytes); !done) return done;
        for (const Stream& stream : head.streams)
            for (const std::vector<SignalSpan>& spans : stream.spans) {
                const auto content = std::as_bytes(std::span(spans));
                if (const Result<void> done = (*file)->write(end, content); !done) return done;
                end += content.size();
            }
        if (const Result<void> done = (*file)->sync(); !done) return done;
    }
    return files.rename(beside, path);
}

}  // namespace

struct SignalPyramid::Impl {
    std::unique_ptr<File> file;  ///< none: the spans are in memory
    std::uint64_t body = 0;      ///< where the levels begin
    Head head;
    std::vector<Signal> all;
    std::vector<std::pair<std::size_t, std::size_t>> places;  ///< stream and signal in it

    void number()
    {
        for (std::size_t s = 0; s < head.streams.size(); ++s)
            for (std::size_t i = 0; i < head.streams[s].signals.size(); ++i) {
                all.push_back({head.streams[s].name, head.streams[s].signals[i]});
                places.emplace_back(s, i);
            }
    }

    /// False: it is to be made anew.
    bool read(FileSystem& files, const std::filesystem::path& folder, const std::string& recording)
    {
        Result<std::unique_ptr<File>> opened = files.open(folder / kFile, OpenMode::Read);
        if (!opened) return false;
        file = std::move(*opened);
        std::array<std::byte, 20> front{};
        const Result<std::uint64_t> fileSize = file->size();
        if (!fileSize || !readExactly(*file, 0, front)) return false;
        std::uint64_t size = 0;
        std::uint32_t crc = 0;
        std::memcpy(&size, front.data() + kMagic.size(), sizeof size);
        std::memcpy(&crc, front.data() + kMagic.size() + sizeof size, sizeof crc);
        if (std::memcmp(front.data(), kMagic.data(), kMagic.size()) != 0 || size > kMostHead) return false;
        std::vector<std::byte> text(static_cast<std::size_t>(size));
        if (!readExactly(*file, front.size(), text) || crc32(text) != crc) return false;
        body = front.size() + size;
        // The checksum holds: the head is what this program wrote.
        const auto document = nlohmann::json::parse(reinterpret_cast<const char*>(text.data()),
                                                    reinterpret_cast<const char*>(text.data()) + size, nullptr, false);
        try {
            head.start = document.at("start");
            head.end = document.at("end");
            head.recording = document.at("recording");
            for (const auto& each : document.at("streams")) {
                Stream& stream = head.streams.emplace_back();
                stream.name = each.at("name");
                stream.signals = each.at("signals");
                for (const auto& level : each.at("levels")) {
                    stream.levels.push_back({level.at(0), level.at(1), level.at(2)});
                    const Level& read = stream.levels.back();
                    if (read.width <= 0 || read.stretches <= 0 || read.stretches > 2 * kMostStretches ||
                        read.offset + stream.signals.size() * static_cast<std::uint64_t>(read.stretches) *
                                          sizeof(SignalSpan) >
                            *fileSize - body)
                        return false;
                }
                if (stream.levels.empty()) return false;
            }
        } catch (const nlohmann::json::exception&) {
            return false;
        }
        return head.recording == recording;
    }

    Result<std::vector<SignalSpan>> stretches(const Stream& stream, std::size_t signal, std::size_t level,
                                              std::int64_t first, std::int64_t count) const
    {
        std::vector<SignalSpan> spans(static_cast<std::size_t>(count));
        const std::uint64_t at =
            signal * static_cast<std::uint64_t>(stream.levels[level].stretches) + static_cast<std::uint64_t>(first);
        if (!file) {
            std::copy_n(stream.spans[level].begin() + static_cast<std::ptrdiff_t>(at), count, spans.begin());
            return spans;
        }
        const Result<void> read = readExactly(*file, body + stream.levels[level].offset + at * sizeof(SignalSpan),
                                              std::as_writable_bytes(std::span(spans)));
        if (!read) return tl::unexpected(read.error());
        return spans;
    }
};

SignalPyramid::SignalPyramid(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
SignalPyramid::~SignalPyramid() = default;
const std::vector<Signal>& SignalPyramid::list() const { return m_impl->all; }
std::int64_t SignalPyramid::startTime() const { return m_impl->head.start; }
std::int64_t SignalPyramid::endTime() const { return m_impl->head.end; }
std::int64_t SignalPyramid::finest(std::size_t signal) const
{
    return m_impl->head.streams[m_impl->places[signal].first].levels[0].width;
}

Result<std::unique_ptr<SignalPyramid>> SignalPyramid::open(FileSystem& files, const std::filesystem::path& folder)
{
    const Result<std::unique_ptr<EpisodeReader>> reader = EpisodeReader::open(files, folder);
    if (!reader) return tl::unexpected(reader.error());
    auto impl = std::make_unique<Impl>();
    if (!impl->read(files, folder, recordingOf(**reader))) {
        impl = std::make_unique<Impl>();
        Result<Head> built = Builder(**reader).run({});
        if (!built) return tl::unexpected(built.error());
        impl->head = std::move(*built);
        (void)write(files, folder, impl->head);
    }
    impl->number();
    return std::unique_ptr<SignalPyramid>(new SignalPyramid(std::move(impl)));
}

Result<std::vector<SignalSpan>> SignalPyramid::spans(std::size_t signal, std::int64_t from, std::int64_t to,
                                                     std::size_t columns) const
{
    const Impl& d = *m_impl;
    if (signal >= d.all.size()) return fail("the episode has no signal number " + std::to_string(signal));
    std::vector<SignalSpan> result(columns, kNone);
    if (to <= from || columns == 0) return result;
    const Stream& stream = d.head.streams[d.places[signal].first];
    const double column = static_cast<double>(to - from) / static_cast<double>(columns);
    std::size_t level = 0;
    while (level + 1 < stream.levels.size() && static_cast<double>(stream.levels[level + 1].width) <= column / kCoarser)
        ++level;
    const Level& chosen = stream.levels[level];
    const std::int64_t first = std::max<std::int64_t>(0, (from - d.head.start) / chosen.width);
    const std::int64_t last = std::min(chosen.stretches, (to - d.head.start + chosen.width - 1) / chosen.width);
    if (last <= first) return result;
    const Result<std::vector<SignalSpan>> spans =
        d.stretches(stream, d.places[signal].second, level, first, last - first);
    if (!spans) return tl::unexpected(spans.error());
    for (std::int64_t i = first; i < last; ++i) {
        const SignalSpan& span = (*spans)[static_cast<std::size_t>(i - first)];
        if (std::isnan(span.least)) continue;
        const std::int64_t begin = d.head.start + i * chosen.width;
        const auto at = [&](std::int64_t time) {
            return std::clamp<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(time - from) / column), 0,
                                            static_cast<std::int64_t>(columns) - 1);
        };
        // A stretch wider than a column fills them all.
        for (std::int64_t c = at(begin); c <= at(begin + chosen.width - 1); ++c) {
            widen(result[static_cast<std::size_t>(c)], span);
            if (static_cast<double>(chosen.width) <= column) break;
        }
    }
    return result;
}

Result<void> writeSignalPyramid(FileSystem& files, const std::filesystem::path& folder,
                                const std::function<bool()>& goOn)
{
    const Result<std::unique_ptr<EpisodeReader>> reader = EpisodeReader::open(files, folder);
    if (!reader) return tl::unexpected(reader.error());
    Result<Head> built = Builder(**reader).run(goOn);
    if (!built) return tl::unexpected(built.error());
    return write(files, folder, *built);
}

}  // namespace understudy
