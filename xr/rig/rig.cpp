#include "xr/rig/rig.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace understudy {
namespace {

constexpr std::size_t kRingSamples = 256;  // a second of the fastest suit
constexpr std::size_t kMostJoints = 128;
constexpr std::size_t kMostSlots = 16;
constexpr Duration kIdleWake = 20 * kMillisecond;

}  // namespace

/// Between a device and the recorder: what is recorded is also fused.
class Rig::Tee final : public RecordSink {
public:
    Result<StreamId> open(const StreamInfo& info) override { return m_sink->open(info); }
    bool offer(StreamId stream, const Record& record) override
    {
        if (const auto* sample = std::get_if<OperatorSample>(&record)) {
            if (!m_ring.push(*sample)) m_skipped.fetch_add(1, std::memory_order_relaxed);
            const std::uint64_t one = 1;
            (void)!::write(m_wake, &one, sizeof(one));
        }
        return m_sink->offer(stream, record);
    }

    RecordSink* m_sink = nullptr;
    Ring<OperatorSample> m_ring;
    int m_wake = -1;
    std::atomic<std::uint64_t> m_skipped{0};
};

struct Rig::Member {
    std::unique_ptr<DeviceSource> device;
    Smoother smoother;
    bool buffers = false;
    Duration period = 0;
    Timestamp due = 0;  ///< a buffered device's next pose
    bool pending = false;
    bool spare = false;
    std::uint32_t levels = 0;
    std::array<std::uint16_t, kButtonCount> presses{};
    Tee tee;
    std::atomic<Duration> addedDelay{0};
    std::atomic<std::uint64_t> rejected{0};

    explicit Member(const SmootherOptions& options) : smoother(options), buffers(options.buffer) {}
};

Result<std::unique_ptr<Rig>> Rig::create(RigOptions options)
{
    std::set<std::string> names{options.name};
    std::vector<std::string> known;
    std::size_t joints = 0;
    for (const RigDevice& each : options.devices) {
        const DeviceInfo& info = each.device->info();
        if (!names.insert(info.name).second)
            return fail(fmt::format("two devices of the rig are called \"{}\"; give each its own name", info.name));
        if (!each.spare) {
            known.push_back(info.name);
            joints += info.jointNames.size();
        }
    }
    if (known.empty()) return fail("a rig needs a device that is not a spare");
    if (known.size() > kMostSlots) return fail(fmt::format("a rig has at most {} devices", kMostSlots));
    if (joints > kMostJoints)
        return fail(fmt::format("the rig's devices have {} joints; at most {} fit", joints, kMostJoints));
    for (const RigPart part : kRigParts)
        for (const std::string& source : options.sources[indexOf(part)])
            if (std::ranges::find(known, source) == known.end())
                return fail(fmt::format("the {} of the rig comes from \"{}\", which is not one of: {}", nameOf(part),
                                        source, fmt::join(known, ", ")));
    return std::unique_ptr<Rig>(new Rig(std::move(options)));
}

Rig::Rig(RigOptions options) : m_options(std::move(options))
{
    m_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_info = {.name = m_options.name, .kind = "rig"};
    std::map<std::string, int> uses;
    for (const RigDevice& each : m_options.devices)
        if (!each.spare)
            for (const std::string& joint : each.device->info().jointNames) ++uses[joint];

    FusionOptions fusion;
    std::map<std::string, std::size_t> slots;
    for (RigDevice& each : m_options.devices) {
        auto member = std::make_unique<Member>(each.smoothing);
        member->device = std::move(each.device);
        member->spare = each.spare;
        member->tee.m_wake = m_wake;
        const DeviceInfo& info = member->device->info();
        member->period = fromSeconds(1 / info.rateHz);
        OperatorSample prototype;
        prototype.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(info.jointNames.size()));
        member->tee.m_ring.prepare(kRingSamples, prototype);
        member->smoother.prepare(prototype);
        if (!each.spare) {
            slots[info.name] = fusion.places.size();
            fusion.places.push_back(
                {.rateHz = info.rateHz, .offset = each.offset, .jointCount = info.jointNames.size()});
            m_slotMembers.push_back(std::make_unique<std::atomic<int>>(static_cast<int>(m_members.size())));
            for (const std::string& joint : info.jointNames)
                m_info.jointNames.push_back(uses[joint] > 1 ? info.name + "/" + joint : joint);
            m_info.serial += (m_info.serial.empty() ? "" : " + ") + info.name;
            m_info.rateHz = std::max(m_info.rateHz, info.rateHz);
        }
        m_members.push_back(std::move(member));
    }
    for (const RigPart part : kRigParts)
        for (const std::string& source : m_options.sources[indexOf(part)])
            fusion.sources[indexOf(part)].push_back(slots[source]);
    m_fusion = std::make_unique<Fusion>(fusion);
    for (auto& source : m_sources) source = -1;
    OperatorSample prototype;
    prototype.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(m_info.jointNames.size()));
    m_samples.prepare(prototype);
}

Rig::~Rig()
{
    stop();
    ::close(m_wake);
}

Result<void> Rig::start(RecordSink& sink)
{
    if (m_running) return fail("the rig " + m_info.name + " runs already; stop it first");
    StreamInfo stream{.name = "/operator/" + m_info.name,
                      .kind = "operator",
                      .rateHz = m_info.rateHz,
                      .frame = "operator",
                      .names = m_info.jointNames,
                      .metadata = {{"device", m_info.kind}, {"serial", m_info.serial}}};
    if (auto recorded = m_samples.recordTo(sink, std::move(stream)); !recorded) return recorded;
    m_fusion->reset();
    m_samples.value().levels = 0;
    m_running = true;
    for (auto& member : m_members) {
        while (member->tee.m_ring.front() != nullptr) member->tee.m_ring.pop();
        member->smoother.reset();
        member->pending = false;
        member->due = 0;
        member->tee.m_sink = &sink;
        if (auto started = member->device->start(member->tee); !started) {
            stop();
            return started;
        }
    }
    m_health.started(m_info.rateHz);
    m_thread = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
    return {};
}

void Rig::stop()
{
    if (!m_running) return;
    m_running = false;
    m_thread = {};
    for (auto& member : m_members) member->device->stop();
    m_health.stopped();
}

void Rig::feedback(const OperatorFeedback& feedback)
{
    for (auto& member : m_members) member->device->feedback(feedback);
}

Timestamp Rig::nextWake(Timestamp now) const
{
    Timestamp wake = now + kIdleWake;
    for (const auto& member : m_members)
        if (member->pending) wake = std::min(wake, member->due);
    return wake;
}

void Rig::run(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        const Timestamp before = m_clock.now();
        const Duration wait = std::max<Duration>(nextWake(before) - before, 0);
        pollfd woken{.fd = m_wake, .events = POLLIN, .revents = 0};
        const timespec patience{.tv_sec = 0, .tv_nsec = wait};
        if (ppoll(&woken, 1, &patience, nullptr) > 0) {
            std::uint64_t count = 0;
            (void)!::read(m_wake, &count, sizeof(count));
        }
        const Timestamp now = m_clock.now();
        take(now);
        OperatorSample& sample = m_samples.value();
        const bool publishes = m_fusion->update(now, sample);
        std::uint32_t lost = 0;
        for (const RigPart part : kRigParts) {
            m_sources[indexOf(part)].store(m_fusion->sourceOf(part), std::memory_order_relaxed);
            if (m_fusion->isLost(part)) lost |= 1U << indexOf(part);
        }
        for (std::size_t slot = 0; slot < m_slotMembers.size(); ++slot)
            if (m_fusion->areJointsLost(slot)) lost |= 1U << (16 + slot);
        m_lost.store(lost, std::memory_order_relaxed);
        m_needsRelease.store(m_fusion->needsRelease(), std::memory_order_relaxed);
        if (!publishes) continue;
        ++sample.sequence;
        m_health.note(sample.stamps.arrival, m_samples.publish());
    }
}

void Rig::take(Timestamp now)
{
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        Member& member = *m_members[i];
        bool came = false;
        bool pressed = false;
        while (const OperatorSample* sample = member.tee.m_ring.front()) {
            pressed = pressed || sample->levels != member.levels || sample->presses != member.presses;
            member.levels = sample->levels;
            member.presses = sample->presses;
            member.smoother.push(*sample);
            member.tee.m_ring.pop();
            came = true;
        }
        const Duration delay = member.smoother.bufferDelay();
        if (member.buffers && delay > 0) {
            // Played out at the device's own pace; only a button does not wait.
            member.pending = came || member.smoother.hasNews(now);
            if (!member.pending || (!pressed && now < member.due)) continue;
            member.due = std::max(member.due + member.period, now + member.period / 2);
        } else if (!came) {
            continue;
        }
        const OperatorSample* played = member.smoother.at(now);
        if (played == nullptr) continue;
        member.addedDelay.store(member.smoother.addedDelay(), std::memory_order_relaxed);
        member.rejected.store(member.smoother.rejected(), std::memory_order_relaxed);
        for (std::size_t slot = 0; slot < m_slotMembers.size(); ++slot)
            if (m_slotMembers[slot]->load(std::memory_order_relaxed) == static_cast<int>(i))
                m_fusion->push(slot, static_cast<int>(i), *played, delay, member.smoother.addedDelay());
    }
}

SourceHealth Rig::health() const
{
    SourceHealth health = m_health.read(m_info.name, m_clock.now());
    if (health.state == SourceState::Stopped) return health;
    const std::uint32_t lost = m_lost.load(std::memory_order_relaxed);
    std::string what;
    for (const RigPart part : kRigParts)
        if (lost & (1U << indexOf(part))) what += fmt::format("{}{}", what.empty() ? "" : ", ", nameOf(part));
    for (std::size_t slot = 0; slot < m_slotMembers.size(); ++slot)
        if (lost & (1U << (16 + slot)))
            what += fmt::format("{}joints of {}", what.empty() ? "" : ", ",
                                m_members[static_cast<std::size_t>(m_slotMembers[slot]->load())]->device->info().name);
    std::string why;
    for (const auto& member : m_members) {
        const SourceHealth each = member->device->health();
        health.dropped += each.dropped;
        if (!each.problem.empty() && !member->spare) why += (why.empty() ? "" : "; ") + each.problem;
    }
    if (!what.empty()) {
        health.problem = fmt::format("lost: {}{}{}", what, why.empty() ? "" : ": ", why);
        if (m_needsRelease.load(std::memory_order_relaxed)) health.problem += "; let go of hold-to-drive to go on";
    } else if (!why.empty()) {
        health.problem = why;
    }
    return health;
}

std::vector<RigDeviceState> Rig::devices() const
{
    std::vector<RigDeviceState> states;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const Member& member = *m_members[i];
        const DeviceInfo& info = member.device->info();
        RigDeviceState state{.name = info.name,
                             .kind = info.kind,
                             .health = member.device->health(),
                             .addedDelay = member.addedDelay.load(std::memory_order_relaxed),
                             .rejected = member.rejected.load(std::memory_order_relaxed),
                             .skipped = member.tee.m_skipped.load(std::memory_order_relaxed),
                             .spare = true};
        for (std::size_t slot = 0; slot < m_slotMembers.size(); ++slot) {
            if (m_slotMembers[slot]->load(std::memory_order_relaxed) != static_cast<int>(i)) continue;
            state.spare = false;
            for (const RigPart part : kRigParts)
                if (m_sources[indexOf(part)].load(std::memory_order_relaxed) == static_cast<int>(slot))
                    state.parts.push_back(part);
        }
        states.push_back(std::move(state));
    }
    return states;
}

Result<std::string> Rig::offerSpareFor(const std::string& device)
{
    m_offer.reset();
    for (std::size_t slot = 0; slot < m_slotMembers.size(); ++slot) {
        const auto standing = static_cast<std::size_t>(m_slotMembers[slot]->load());
        const DeviceInfo& info = m_members[standing]->device->info();
        if (info.name != device) continue;
        for (std::size_t i = 0; i < m_members.size(); ++i) {
            const bool stands = std::ranges::any_of(
                m_slotMembers, [&](const auto& member) { return member->load() == static_cast<int>(i); });
            const DeviceSource& candidate = *m_members[i]->device;
            if (stands || candidate.info().jointNames != info.jointNames) continue;
            if (candidate.health().state != SourceState::Running) continue;
            m_offer = {slot, i};
            return candidate.info().name;
        }
        return fail(fmt::format("there is no running spare with the joints of {}; switch one on", device));
    }
    return fail(fmt::format("the rig has no device \"{}\" in a place", device));
}

Result<void> Rig::acceptSpare()
{
    if (!m_offer) return fail("no spare was offered; ask for one first");
    m_slotMembers[m_offer->first]->store(static_cast<int>(m_offer->second));
    m_offer.reset();
    return {};
}

}  // namespace understudy
