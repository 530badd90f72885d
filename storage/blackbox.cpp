#include "storage/blackbox.h"

#include <algorithm>
#include <chrono>

#include "storage/mcapwriter.h"
#include "storage/read/streamcodec.h"
#include "storage/read/timetext.h"

namespace understudy {

namespace {

constexpr double kLeastRate = 120;  ///< Hz assumed of a stream that announces none
constexpr auto kPoll = std::chrono::milliseconds(20);

bool isDriven(TeleopPhase phase)
{
    return phase == TeleopPhase::Engaging || phase == TeleopPhase::Active || phase == TeleopPhase::Hold;
}

}  // namespace

std::string_view faultBetween(const Step& before, const Step& now)
{
    if (now.phase == TeleopPhase::Fault && before.phase != TeleopPhase::Fault) return "fault";
    const bool entersHold =
        now.phase == TeleopPhase::Hold && (before.phase != TeleopPhase::Hold || before.holdReason != now.holdReason);
    if (entersHold && now.holdReason == HoldReason::Contact) return "contact";
    if (entersHold && now.holdReason == HoldReason::SolverFailed) return "solver_failed";
    if (!isDriven(before.phase)) return {};
    if (now.phase == TeleopPhase::Stopped) return "stop_requested";
    if (now.phase == TeleopPhase::Disconnected) return "robot_lost";
    if (now.phase == TeleopPhase::Disengaging && now.holdReason == HoldReason::OperatorStale) return "operator_lost";
    return {};
}

/// The newest records of one stream, in two banks.
struct BlackBox::Stream {
    using Slots = std::variant<std::vector<OperatorSample>, std::vector<RobotState>, std::vector<Step>>;
    struct Bank {
        Slots slots;
        std::size_t size = 0;
        std::size_t written = 0;  ///< since the bank was begun

        template <typename T>
        void keep(const T& value)
        {
            if (auto* values = std::get_if<std::vector<T>>(&slots)) (*values)[written++ % size] = value;
        }
        [[nodiscard]] std::size_t first() const { return written - std::min(written, size); }
        [[nodiscard]] Timestamp arrival(std::size_t at) const
        {
            return std::visit(
                [&](const auto& values) {
                    const auto& value = values[at % size];
                    if constexpr (requires { value.time; })
                        return value.time;
                    else
                        return value.stamps.arrival;
                },
                slots);
        }
    };

    StreamInfo info;
    std::array<Bank, 2> banks;
    std::atomic<int> active{0};
    std::atomic<bool> writing{false};

    /// False: a stream of this kind is not kept.
    bool prepare(const StreamInfo& stream, Duration length)
    {
        info = stream;
        const double rate = std::max(stream.rateHz, kLeastRate);
        const auto count = static_cast<std::size_t>(rate * toSeconds(length)) + 1;
        return std::visit(
            [&](const auto& prototype) {
                using T = std::decay_t<decltype(prototype)>;
                if constexpr (std::is_same_v<T, OperatorSample> || std::is_same_v<T, RobotState> ||
                              std::is_same_v<T, Step>) {
                    for (Bank& bank : banks) {
                        bank.slots = std::vector<T>(count, prototype);
                        bank.size = count;
                    }
                    return true;
                }
                return false;
            },
            stream.prototype);
    }

    void keep(const Record& record)
    {
        // Whoever freezes a bank changes `active` first and then waits for `writing` to fall.
        writing.store(true);
        Bank& bank = banks[static_cast<std::size_t>(active.load())];
        std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, OperatorSample> || std::is_same_v<T, RobotState> ||
                              std::is_same_v<T, Step>) {
                    bank.keep(value);
                }
            },
            record);
        writing.store(false);
    }

    const Bank& freeze()
    {
        const int frozen = active.load();
        banks[static_cast<std::size_t>(1 - frozen)].written = 0;
        active.store(1 - frozen);
        while (writing.load()) std::this_thread::yield();
        return banks[static_cast<std::size_t>(frozen)];
    }
};

BlackBox::BlackBox(BlackBoxOptions options, RecordSink& next, FileSystem& files, const Clock& clock)
    : m_options(std::move(options)), m_next(next), m_files(files), m_anchor(WallAnchor::take(clock))
{
}

Result<std::unique_ptr<BlackBox>> BlackBox::create(BlackBoxOptions options, RecordSink& next, FileSystem& files,
                                                   const Clock& clock)
{
    const std::filesystem::path folder = options.library / "blackbox";
    if (const Result<void> made = files.createDirectories(folder); !made) return tl::unexpected(made.error());
    std::unique_ptr<BlackBox> box(new BlackBox(std::move(options), next, files, clock));
    box->m_thread = std::jthread([raw = box.get()](const std::stop_token& token) { raw->run(token); });
    return box;
}

BlackBox::~BlackBox()
{
    m_thread.request_stop();
    m_thread.join();
}

Result<StreamId> BlackBox::open(const StreamInfo& info)
{
    Result<StreamId> id = m_next.open(info);
    if (!id) return id;
    if (m_streams.size() <= *id) m_streams.resize(*id + 1);
    auto stream = std::make_unique<Stream>();
    if (stream->prepare(info, m_options.length)) m_streams[*id] = std::move(stream);
    return id;
}

bool BlackBox::offer(StreamId stream, const Record& record)
{
    if (stream < m_streams.size() && m_streams[stream] != nullptr) {
        m_streams[stream]->keep(record);
        if (const Step* step = std::get_if<Step>(&record)) {
            const std::string_view cause = faultBetween(m_before, *step);
            m_before.phase = step->phase;
            m_before.holdReason = step->holdReason;
            if (!cause.empty() && !m_fault.load()) {
                m_cause = cause;
                m_faultTime = step->time;
                m_fault.store(true);
            }
        }
    }
    return m_next.offer(stream, record);
}

void BlackBox::run(const std::stop_token& token)
{
    while (!token.stop_requested() || m_fault.load()) {
        if (!m_fault.load()) {
            std::this_thread::sleep_for(kPoll);
            continue;
        }
        BlackBoxReport report = write();
        {
            const std::lock_guard lock(m_mutex);
            m_reports.push_back(std::move(report));
        }
        m_fault.store(false);
    }
}

BlackBoxReport BlackBox::write()
{
    BlackBoxReport report{.cause = std::string(m_cause), .time = m_faultTime};
    std::string name = rfc3339(m_anchor.toUnix(m_faultTime));
    std::replace(name.begin(), name.end(), ':', '-');
    const std::filesystem::path file = m_options.library / "blackbox" / (name + ".mcap");
    const Result<void> written = writeFile(file, report);
    if (written) {
        report.file = file;
        prune();
    } else {
        report.problem = "The black box could not be written: " + written.error().message;
    }
    return report;
}

Result<void> BlackBox::writeFile(const std::filesystem::path& file, const BlackBoxReport& report)
{
    struct Part {
        StreamEncoder encoder;
        std::vector<std::uint16_t> channels;
        const Stream::Bank* bank = nullptr;
        std::size_t next = 0;  ///< counts as Bank::written
    };
    auto opened = m_files.open(file, OpenMode::Create);
    if (!opened) return tl::unexpected(opened.error());
    auto writer = McapWriter::create(std::move(*opened), {.compression = McapCompression::Zstd});
    if (!writer) return tl::unexpected(writer.error());
    const Result<void> noted =
        (*writer)->addMetadata("understudy.blackbox", {{"cause", report.cause},
                                                       {"time", std::to_string(m_anchor.toUnix(report.time))},
                                                       {"monotonic_anchor", std::to_string(m_anchor.monotonic)},
                                                       {"unix_anchor", std::to_string(m_anchor.unixNs)}});
    if (!noted) return noted;
    std::vector<Part> parts;
    for (const auto& stream : m_streams) {
        if (stream == nullptr) continue;
        auto encoder = StreamEncoder::create(stream->info, m_anchor);
        if (!encoder) return tl::unexpected(encoder.error());
        Part part{.encoder = std::move(*encoder), .bank = &stream->freeze()};
        part.next = part.bank->first();
        for (const ChannelSpec& channel : part.encoder.channels()) {
            const auto schema =
                (*writer)->addSchema(std::string(nameOf(channel.type)), "ros2msg", definitionOf(channel.type));
            if (!schema) return tl::unexpected(schema.error());
            const auto id = (*writer)->addChannel(*schema, channel.topic, "cdr", channel.metadata);
            if (!id) return tl::unexpected(id.error());
            part.channels.push_back(*id);
        }
        parts.push_back(std::move(part));
    }
    while (true) {
        Part* oldest = nullptr;
        for (Part& part : parts) {
            if (part.next == part.bank->written) continue;
            if (oldest == nullptr || part.bank->arrival(part.next) < oldest->bank->arrival(oldest->next)) {
                oldest = &part;
            }
        }
        if (oldest == nullptr) break;
        const std::span<const EncodedMessage> messages = std::visit(
            [&](const auto& values) { return oldest->encoder.encodeValue(values[oldest->next % oldest->bank->size]); },
            oldest->bank->slots);
        for (const EncodedMessage& message : messages) {
            const Result<void> written = (*writer)->write({oldest->channels[message.channel], message.sequence,
                                                           message.logTime, message.publishTime, message.data});
            if (!written) return written;
        }
        ++oldest->next;
    }
    if (Result<void> finished = (*writer)->finish(); !finished) return finished;
    return m_files.syncDirectory(file.parent_path());
}

void BlackBox::prune()
{
    std::error_code ignored;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(m_options.library / "blackbox", ignored)) {
        if (entry.path().extension() == ".mcap") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i + m_options.keep < files.size(); ++i) (void)m_files.remove(files[i]);
}

std::vector<BlackBoxReport> BlackBox::takeReports()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_reports, {});
}

void BlackBox::settle()
{
    while (m_fault.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace understudy
