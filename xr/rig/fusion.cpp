#include "xr/rig/fusion.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace understudy {
namespace {

using enum BodyJoint;

constexpr std::array<int, 2> kHead{indexOf(Neck), indexOf(Head)};
constexpr std::array<int, 12> kBody{indexOf(Pelvis),     indexOf(LeftHip),   indexOf(RightHip), indexOf(Spine1),
                                    indexOf(LeftKnee),   indexOf(RightKnee), indexOf(Spine2),   indexOf(LeftAnkle),
                                    indexOf(RightAnkle), indexOf(Spine3),    indexOf(LeftFoot), indexOf(RightFoot)};
constexpr std::array<int, 5> kLeftArm{indexOf(LeftCollar), indexOf(LeftShoulder), indexOf(LeftElbow),
                                      indexOf(LeftWrist), indexOf(LeftPalm)};
constexpr std::array<int, 5> kRightArm{indexOf(RightCollar), indexOf(RightShoulder), indexOf(RightElbow),
                                       indexOf(RightWrist), indexOf(RightPalm)};
template <int First>
constexpr std::array<int, kHandJointCount> range()
{
    std::array<int, kHandJointCount> joints{};
    for (int i = 0; i < kHandJointCount; ++i) joints[static_cast<std::size_t>(i)] = First + i;
    return joints;
}
constexpr auto kLeftHand = range<kBodyJointCount>();
constexpr auto kRightHand = range<kBodyJointCount + kHandJointCount>();

std::span<const int> jointsOf(RigPart part)
{
    switch (part) {
    case RigPart::Head:
        return kHead;
    case RigPart::Body:
        return kBody;
    case RigPart::LeftArm:
        return kLeftArm;
    case RigPart::RightArm:
        return kRightArm;
    case RigPart::LeftHand:
        return kLeftHand;
    case RigPart::RightHand:
        return kRightHand;
    case RigPart::Buttons:
        break;
    }
    return {};
}

/// The joint without which a part is of no use.
int keyJoint(RigPart part)
{
    switch (part) {
    case RigPart::Head:
        return indexOf(Head);
    case RigPart::Body:
        return indexOf(Pelvis);
    case RigPart::LeftArm:
        return indexOf(LeftWrist);
    case RigPart::RightArm:
        return indexOf(RightWrist);
    case RigPart::LeftHand:
        return kBodyJointCount + indexOf(HandJoint::IndexProximal);
    default:
        return kBodyJointCount + kHandJointCount + indexOf(HandJoint::IndexProximal);
    }
}

template <typename Sample>
auto& jointOf(Sample& sample, std::size_t joint)
{
    if (joint < kBodyJointCount) return sample.body[joint];
    joint -= kBodyJointCount;
    return sample.hands[joint / kHandJointCount][joint % kHandJointCount];
}

double smooth(double share) { return share * share * (3 - 2 * share); }

}  // namespace

std::string_view nameOf(RigPart part)
{
    static constexpr std::array<std::string_view, kRigPartCount> kNames{
        "head", "body", "left_arm", "right_arm", "left_hand", "right_hand", "buttons"};
    return kNames[indexOf(part)];
}

Fusion::Fusion(const FusionOptions& options) : m_options(options)
{
    std::size_t joints = 0;
    for (const FusionSlot& each : m_options.places) {
        m_slots.push_back({.options = each, .firstJoint = joints});
        m_slots.back().sample.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(each.jointCount));
        joints += each.jointCount;
    }
    for (auto& sources : m_options.sources) {
        if (!sources.empty()) continue;
        sources.resize(m_slots.size());
        std::iota(sources.begin(), sources.end(), std::size_t{0});
    }
}

void Fusion::reset()
{
    for (Slot& slot : m_slots) {
        slot.device = -1;
        slot.seen = slot.fresh = slot.alive = false;
        slot.lastArrival = slot.aliveSince = slot.jointsLostSince = 0;
    }
    m_parts = {};
    m_last = {};
    m_needsRelease = false;
    m_lead = -1;
}

void Fusion::push(std::size_t slot, int device, const OperatorSample& sample, Duration bufferDelay, Duration added)
{
    Slot& into = m_slots[slot];
    if (into.device != device || !into.seen) into.presses = sample.presses;
    into.device = device;
    const Eigen::Index joints = into.sample.joints.size();
    into.sample.stamps = sample.stamps;
    into.sample.body = sample.body;
    into.sample.hands = sample.hands;
    into.sample.inputs = sample.inputs;
    into.sample.levels = sample.levels;
    into.sample.presses = sample.presses;
    if (sample.joints.size() == joints) into.sample.joints = sample.joints;
    into.lastArrival = sample.stamps.arrival;
    into.bufferDelay = bufferDelay;
    into.added = added;
    into.seen = into.fresh = true;
}

void Fusion::noteAlive(Timestamp now)
{
    for (Slot& slot : m_slots) {
        const Duration patience = std::max(kSilent, fromSeconds(2.5 / slot.options.rateHz)) + slot.bufferDelay;
        const bool alive = slot.seen && now - slot.lastArrival <= patience;
        if (alive && !slot.alive) slot.aliveSince = now;
        if (alive != slot.alive) m_changed = true;
        slot.alive = alive;
    }
}

bool Fusion::gives(const Slot& slot, RigPart part) const
{
    if (!slot.alive) return false;
    return part == RigPart::Buttons || jointOf(slot.sample, static_cast<std::size_t>(keyJoint(part))).valid;
}

int Fusion::choose(RigPart part, Timestamp now) const
{
    const Part& state = m_parts[indexOf(part)];
    const bool holds = state.slot >= 0 && gives(m_slots[static_cast<std::size_t>(state.slot)], part);
    for (const std::size_t candidate : m_options.sources[indexOf(part)]) {
        if (static_cast<int>(candidate) == state.slot && holds) return state.slot;
        const Slot& slot = m_slots[candidate];
        if (!gives(slot, part)) continue;
        // The better source is back, but the present one is kept until that has lasted.
        if (holds && now - slot.aliveSince < m_options.returning) continue;
        return static_cast<int>(candidate);
    }
    return holds ? state.slot : -1;
}

TrackedPose Fusion::placed(const Slot& slot, std::size_t joint, const OperatorSample& sample) const
{
    TrackedPose tracked = jointOf(slot.sample, joint);
    if (!tracked.valid) return tracked;
    tracked.pose = slot.options.offset * tracked.pose;
    if (joint < kBodyJointCount) return tracked;
    // Fingers sit on the wrist that the arm's source gives.
    const auto side = (joint - kBodyJointCount) / kHandJointCount;
    const RigPart arm = side == 0 ? RigPart::LeftArm : RigPart::RightArm;
    const int armSlot = m_parts[indexOf(arm)].slot;
    const TrackedPose& wrist = sample.body[static_cast<std::size_t>(indexOf(side == 0 ? LeftWrist : RightWrist))];
    const TrackedPose& own = slot.sample.hands[side][indexOf(HandJoint::Wrist)];
    if (armSlot < 0 || &m_slots[static_cast<std::size_t>(armSlot)] == &slot || !wrist.valid || !own.valid)
        return tracked;
    tracked.pose = wrist.pose * ((slot.options.offset * own.pose).inverse() * tracked.pose);
    return tracked;
}

void Fusion::fusePart(RigPart part, Timestamp now, OperatorSample& sample)
{
    Part& state = m_parts[indexOf(part)];
    const int slot = choose(part, now);
    if (slot < 0) {
        if (state.had && state.lostSince == 0) {
            state.lostSince = now;
            m_changed = true;
        }
        if (state.lostSince != 0 && now - state.lostSince > kDisengage - kSilent) m_needsRelease = true;
        state.slot = -1;
        for (const int each : jointsOf(part)) {
            const auto joint = static_cast<std::size_t>(each);
            TrackedPose& out = jointOf(sample, joint);
            out = m_last[joint];
            out.valid = out.tracked = false;
        }
        return;
    }
    const Slot& source = m_slots[static_cast<std::size_t>(slot)];
    const bool changes = slot != state.slot || source.device != state.device;
    if (changes) {
        m_changed = true;
        if (state.had) state.blendStart = now;
        state.slot = slot;
        state.device = source.device;
    }
    const bool starts = changes && state.had;
    const double share =
        state.blendStart == 0
            ? 1
            : std::clamp(static_cast<double>(now - state.blendStart) / static_cast<double>(m_options.blend), 0.0, 1.0);
    state.had = true;
    state.lostSince = 0;
    for (const int each : jointsOf(part)) {
        const auto joint = static_cast<std::size_t>(each);
        TrackedPose& out = jointOf(sample, joint);
        out = placed(source, joint, sample);
        if (!out.valid) continue;
        Pose& delta = m_deltas[joint];
        if (starts) {
            const bool known = m_last[joint].pose.position.squaredNorm() > 0 || m_last[joint].valid;
            delta = known ? Pose{.position = m_last[joint].pose.position - out.pose.position,
                                 .orientation = m_last[joint].pose.orientation * out.pose.orientation.conjugate()}
                          : Pose{};
        }
        if (share < 1) {
            const double left = 1 - smooth(share);
            out.pose.position += left * delta.position;
            out.pose.orientation =
                (Eigen::Quaterniond::Identity().slerp(left, delta.orientation) * out.pose.orientation).normalized();
        }
        m_last[joint] = out;
    }
}

bool Fusion::fuseButtons(Timestamp now, OperatorSample& sample)
{
    Part& state = m_parts[indexOf(RigPart::Buttons)];
    const auto& sources = m_options.sources[indexOf(RigPart::Buttons)];
    const int slot = choose(RigPart::Buttons, now);
    if (slot < 0 && state.had && state.lostSince == 0) state.lostSince = now;
    if (slot >= 0) {
        state.had = true;
        state.lostSince = 0;
    }
    state.slot = slot;

    // Levels: of everything chosen that is alive. A source that fell silent has let go.
    std::uint32_t levels = 0;
    for (const std::size_t each : sources)
        if (m_slots[each].alive) levels |= m_slots[each].sample.levels;
    constexpr std::uint32_t kHold = 1U << static_cast<unsigned>(Button::HoldToDrive);
    if ((levels & kHold) == 0) m_needsRelease = false;
    for (const Slot& each : m_slots)
        if (each.jointsLostSince != 0) m_needsRelease = true;
    if (m_needsRelease) levels &= ~kHold;

    bool pressed = false;
    for (Slot& each : m_slots) {
        const bool chosen =
            std::ranges::find(sources, static_cast<std::size_t>(&each - m_slots.data())) != sources.end();
        for (std::size_t button = 0; button < kButtonCount; ++button) {
            const auto more = static_cast<std::uint16_t>(each.sample.presses[button] - each.presses[button]);
            each.presses[button] = each.sample.presses[button];
            // Hold-to-drive counts by its own level; a stop request is heard from anything.
            if (more == 0 || button == static_cast<std::size_t>(Button::HoldToDrive)) continue;
            if (!chosen && button != static_cast<std::size_t>(Button::Stop)) continue;
            sample.presses[button] = static_cast<std::uint16_t>(sample.presses[button] + more);
            pressed = true;
        }
    }
    if ((levels & kHold) != 0 && (sample.levels & kHold) == 0)
        ++sample.presses[static_cast<std::size_t>(Button::HoldToDrive)];
    const bool changed = pressed || levels != sample.levels;
    sample.levels = levels;
    return changed;
}

void Fusion::fuseJoints(Timestamp now, OperatorSample& sample)
{
    for (Slot& slot : m_slots) {
        if (slot.options.jointCount == 0) continue;
        if (slot.alive) {
            sample.joints.segment(static_cast<Eigen::Index>(slot.firstJoint),
                                  static_cast<Eigen::Index>(slot.options.jointCount)) = slot.sample.joints;
            slot.jointsLostSince = 0;
        } else if (slot.jointsLostSince == 0) {
            // Also of an arm that never came: nothing is driven by joints that nobody holds.
            slot.jointsLostSince = now;
            m_changed = true;
        }
    }
}

void Fusion::chooseLead()
{
    m_lead = -1;
    for (const RigPart part : {RigPart::LeftArm, RigPart::RightArm, RigPart::Head, RigPart::Body, RigPart::LeftHand})
        if (m_lead < 0) m_lead = m_parts[indexOf(part)].slot;
    for (std::size_t pass = 0; pass < 2; ++pass)
        for (std::size_t i = 0; i < m_slots.size() && m_lead < 0; ++i)
            if (m_slots[i].alive && (pass == 1 || m_slots[i].options.jointCount > 0)) m_lead = static_cast<int>(i);
}

bool Fusion::update(Timestamp now, OperatorSample& sample)
{
    m_changed = false;
    noteAlive(now);
    for (const RigPart part : kRigParts)
        if (part != RigPart::Buttons) fusePart(part, now, sample);
    fuseJoints(now, sample);
    if (fuseButtons(now, sample)) m_changed = true;
    for (const Side side : kSides) {
        const auto hand = m_parts[indexOf(side == Side::Left ? RigPart::LeftHand : RigPart::RightHand)].slot;
        const auto arm = m_parts[indexOf(side == Side::Left ? RigPart::LeftArm : RigPart::RightArm)].slot;
        const int source = hand >= 0 ? hand : arm;
        sample.inputs[static_cast<std::size_t>(understudy::indexOf(side))] =
            source < 0 ? HandInput{}
                       : m_slots[static_cast<std::size_t>(source)]
                             .sample.inputs[static_cast<std::size_t>(understudy::indexOf(side))];
    }
    chooseLead();
    const bool leads = m_lead >= 0 && m_slots[static_cast<std::size_t>(m_lead)].fresh;
    for (Slot& slot : m_slots) slot.fresh = false;
    if (m_lead < 0 && !m_changed) return false;
    if (!leads && !m_changed) return false;

    // The leading device's time, which never stands still: a button may come between two of its samples.
    const Stamps before = sample.stamps;
    const Stamps lead = m_lead >= 0 ? m_slots[static_cast<std::size_t>(m_lead)].sample.stamps : before;
    sample.stamps.device = std::max(now, before.device + 1);
    sample.stamps.capture = std::max(lead.capture, before.capture + 1);
    sample.stamps.arrival = std::max({lead.arrival, before.arrival, sample.stamps.capture});
    return true;
}

bool Fusion::isLost(RigPart part) const { return m_parts[indexOf(part)].lostSince != 0; }

bool Fusion::areJointsLost(std::size_t slot) const { return m_slots[slot].jointsLostSince != 0; }

}  // namespace understudy
