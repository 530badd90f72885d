#include "xr/openxr/bodytracker.h"

#include <array>

#include "xr/openxr/frames.h"

namespace understudy {
namespace {

class HandTracker final : public JointTracker {
public:
    static std::unique_ptr<JointTracker> make(const OpenXrSession& session)
    {
        auto tracker = std::make_unique<HandTracker>(session);
        const auto create = session.function<PFN_xrCreateHandTrackerEXT>("xrCreateHandTrackerEXT");
        tracker->m_locate = session.function<PFN_xrLocateHandJointsEXT>("xrLocateHandJointsEXT");
        tracker->m_destroy = session.function<PFN_xrDestroyHandTrackerEXT>("xrDestroyHandTrackerEXT");
        if (create == nullptr || tracker->m_locate == nullptr || tracker->m_destroy == nullptr) return nullptr;
        constexpr std::array kHands{XR_HAND_LEFT_EXT, XR_HAND_RIGHT_EXT};
        for (std::size_t side = 0; side < kHands.size(); ++side) {
            XrHandTrackerCreateInfoEXT info{XR_TYPE_HAND_TRACKER_CREATE_INFO_EXT};
            info.hand = kHands[side];
            info.handJointSet = XR_HAND_JOINT_SET_DEFAULT_EXT;
            if (XR_FAILED(create(session.session(), &info, &tracker->m_hands[side]))) return nullptr;
        }
        return tracker;
    }

    explicit HandTracker(const OpenXrSession& session) : m_session(session) {}
    ~HandTracker() override
    {
        for (XrHandTrackerEXT hand : m_hands)
            if (hand != XR_NULL_HANDLE) (void)m_destroy(hand);
    }

    [[nodiscard]] std::string_view path() const override { return XR_EXT_HAND_TRACKING_EXTENSION_NAME; }

    void locate(XrTime time, OperatorSample& sample) override
    {
        for (std::size_t side = 0; side < m_hands.size(); ++side) {
            XrHandJointsLocateInfoEXT info{XR_TYPE_HAND_JOINTS_LOCATE_INFO_EXT};
            info.baseSpace = m_session.base();
            info.time = time;
            XrHandJointLocationsEXT found{XR_TYPE_HAND_JOINT_LOCATIONS_EXT};
            found.jointCount = static_cast<std::uint32_t>(m_joints.size());
            found.jointLocations = m_joints.data();
            const bool active = XR_SUCCEEDED(m_locate(m_hands[side], &info, &found)) && found.isActive == XR_TRUE;
            for (std::size_t joint = 0; joint < m_joints.size(); ++joint)
                sample.hands[side][joint] =
                    active ? trackedPose(m_joints[joint].pose, m_joints[joint].locationFlags, tPose().hand[side])
                           : TrackedPose{};
        }
    }

private:
    static_assert(kHandJointCount == XR_HAND_JOINT_COUNT_EXT);
    const OpenXrSession& m_session;
    PFN_xrLocateHandJointsEXT m_locate = nullptr;
    PFN_xrDestroyHandTrackerEXT m_destroy = nullptr;
    std::array<XrHandTrackerEXT, kSideCount> m_hands{};
    std::array<XrHandJointLocationEXT, kHandJointCount> m_joints{};
};

/// PICO's 24 joints are the canonical ones, in their order; in the T-pose each has the axes of the room.
class PicoBody final : public JointTracker {
public:
    static std::unique_ptr<JointTracker> make(const OpenXrSession& session)
    {
        auto tracker = std::make_unique<PicoBody>(session);
        const auto create = session.function<PFN_xrCreateBodyTrackerBD>("xrCreateBodyTrackerBD");
        tracker->m_locate = session.function<PFN_xrLocateBodyJointsBD>("xrLocateBodyJointsBD");
        tracker->m_destroy = session.function<PFN_xrDestroyBodyTrackerBD>("xrDestroyBodyTrackerBD");
        if (create == nullptr || tracker->m_locate == nullptr || tracker->m_destroy == nullptr) return nullptr;
        const XrBodyTrackerCreateInfoBD info{XR_TYPE_BODY_TRACKER_CREATE_INFO_BD, nullptr,
                                             XR_BODY_JOINT_SET_FULL_BODY_JOINTS_BD};
        if (XR_FAILED(create(session.session(), &info, &tracker->m_tracker))) return nullptr;
        return tracker;
    }

    explicit PicoBody(const OpenXrSession& session) : m_session(session) {}
    ~PicoBody() override
    {
        if (m_tracker != XR_NULL_HANDLE) (void)m_destroy(m_tracker);
    }

    [[nodiscard]] std::string_view path() const override { return XR_BD_BODY_TRACKING_EXTENSION_NAME; }

    void locate(XrTime time, OperatorSample& sample) override
    {
        const XrBodyJointsLocateInfoBD info{XR_TYPE_BODY_JOINTS_LOCATE_INFO_BD, nullptr, m_session.base(), time};
        XrBodyJointLocationsBD found{XR_TYPE_BODY_JOINT_LOCATIONS_BD, nullptr, XR_FALSE,
                                     static_cast<std::uint32_t>(m_joints.size()), m_joints.data()};
        if (XR_FAILED(m_locate(m_tracker, &info, &found))) return;
        for (std::size_t joint = 0; joint < m_joints.size(); ++joint)
            sample.body[joint] = trackedPose(m_joints[joint].pose, m_joints[joint].locationFlags, tPose().head);
    }

private:
    const OpenXrSession& m_session;
    PFN_xrLocateBodyJointsBD m_locate = nullptr;
    PFN_xrDestroyBodyTrackerBD m_destroy = nullptr;
    XrBodyTrackerBD m_tracker = XR_NULL_HANDLE;
    std::array<XrBodyJointLocationBD, kBodyJointCount> m_joints{};
};

/// Meta's 84 joints (70 without legs). Their axes differ from bone to bone, so the runtime's own T-pose is the
/// reference. Legs are generated and not measured: never tracked.
class MetaBody final : public JointTracker {
public:
    static std::unique_ptr<JointTracker> make(const OpenXrSession& session)
    {
        auto tracker = std::make_unique<MetaBody>(session);
        const auto create = session.function<PFN_xrCreateBodyTrackerFB>("xrCreateBodyTrackerFB");
        tracker->m_locate = session.function<PFN_xrLocateBodyJointsFB>("xrLocateBodyJointsFB");
        tracker->m_skeletonOf = session.function<PFN_xrGetBodySkeletonFB>("xrGetBodySkeletonFB");
        tracker->m_destroy = session.function<PFN_xrDestroyBodyTrackerFB>("xrDestroyBodyTrackerFB");
        if (create == nullptr || tracker->m_locate == nullptr || tracker->m_skeletonOf == nullptr ||
            tracker->m_destroy == nullptr)
            return nullptr;
        const bool legs = session.has(XR_META_BODY_TRACKING_FULL_BODY_EXTENSION_NAME);
        tracker->m_count = legs ? kFullJoints : kUpperJoints;
        const XrBodyTrackerCreateInfoFB info{XR_TYPE_BODY_TRACKER_CREATE_INFO_FB, nullptr,
                                             legs ? XR_BODY_JOINT_SET_FULL_BODY_META : XR_BODY_JOINT_SET_DEFAULT_FB};
        if (XR_FAILED(create(session.session(), &info, &tracker->m_tracker))) return nullptr;
        return tracker;
    }

    explicit MetaBody(const OpenXrSession& session) : m_session(session) { m_reference.fill(tPose().head); }
    ~MetaBody() override
    {
        if (m_tracker != XR_NULL_HANDLE) (void)m_destroy(m_tracker);
    }

    [[nodiscard]] std::string_view path() const override { return XR_FB_BODY_TRACKING_EXTENSION_NAME; }

    void locate(XrTime time, OperatorSample& sample) override
    {
        const XrBodyJointsLocateInfoFB info{XR_TYPE_BODY_JOINTS_LOCATE_INFO_FB, nullptr, m_session.base(), time};
        XrBodyJointLocationsFB found{
            XR_TYPE_BODY_JOINT_LOCATIONS_FB, nullptr, XR_FALSE, 0, m_count, m_joints.data(), 0, 0};
        if (XR_FAILED(m_locate(m_tracker, &info, &found))) return;
        if (!m_haveSkeleton || found.skeletonChangedCount != m_skeleton) readSkeleton(found.skeletonChangedCount);
        for (const Row& row : kRows) {
            TrackedPose& target = sample.at(row.joint);
            target = {};
            if (found.isActive != XR_TRUE || row.meta >= m_count) continue;
            target = trackedPose(m_joints[row.meta].pose, m_joints[row.meta].locationFlags, m_reference[row.meta]);
            target.tracked = target.tracked && row.meta < kUpperJoints;
        }
    }

private:
    static constexpr std::uint32_t kUpperJoints = 70;
    static constexpr std::uint32_t kFullJoints = 84;
    struct Row {
        BodyJoint joint;
        std::uint32_t meta;
    };
    static constexpr std::array<Row, kBodyJointCount> kRows{
        {{BodyJoint::Pelvis, 1},      {BodyJoint::LeftHip, 70},      {BodyJoint::RightHip, 77},
         {BodyJoint::Spine1, 2},      {BodyJoint::LeftKnee, 71},     {BodyJoint::RightKnee, 78},
         {BodyJoint::Spine2, 3},      {BodyJoint::LeftAnkle, 73},    {BodyJoint::RightAnkle, 80},
         {BodyJoint::Spine3, 5},      {BodyJoint::LeftFoot, 76},     {BodyJoint::RightFoot, 83},
         {BodyJoint::Neck, 6},        {BodyJoint::LeftCollar, 8},    {BodyJoint::RightCollar, 13},
         {BodyJoint::Head, 7},        {BodyJoint::LeftShoulder, 10}, {BodyJoint::RightShoulder, 15},
         {BodyJoint::LeftElbow, 11},  {BodyJoint::RightElbow, 16},   {BodyJoint::LeftWrist, 19},
         {BodyJoint::RightWrist, 45}, {BodyJoint::LeftPalm, 18},     {BodyJoint::RightPalm, 44}}};

    void readSkeleton(std::uint32_t version)
    {
        XrBodySkeletonFB skeleton{XR_TYPE_BODY_SKELETON_FB, nullptr, m_count, m_bones.data()};
        if (XR_FAILED(m_skeletonOf(m_tracker, &skeleton))) return;
        for (std::uint32_t bone = 0; bone < m_count; ++bone) {
            const auto joint = static_cast<std::uint32_t>(m_bones[bone].joint);
            const std::optional<Pose> pose = worldPose(m_bones[bone].pose);
            if (joint < m_count && pose) m_reference[joint] = pose->orientation;
        }
        m_skeleton = version;
        m_haveSkeleton = true;
    }

    const OpenXrSession& m_session;
    PFN_xrLocateBodyJointsFB m_locate = nullptr;
    PFN_xrGetBodySkeletonFB m_skeletonOf = nullptr;
    PFN_xrDestroyBodyTrackerFB m_destroy = nullptr;
    XrBodyTrackerFB m_tracker = XR_NULL_HANDLE;
    std::uint32_t m_count = kUpperJoints;
    std::array<XrBodyJointLocationFB, kFullJoints> m_joints{};
    std::array<XrBodySkeletonJointFB, kFullJoints> m_bones{};
    std::array<Eigen::Quaterniond, kFullJoints> m_reference;
    std::uint32_t m_skeleton = 0;
    bool m_haveSkeleton = false;
};

}  // namespace

std::unique_ptr<JointTracker> makeHandTracker(const OpenXrSession& session)
{
    return session.handTracking() ? HandTracker::make(session) : nullptr;
}

std::unique_ptr<JointTracker> makeBodyTracker(const OpenXrSession& session)
{
    if (session.has(XR_FB_BODY_TRACKING_EXTENSION_NAME)) return MetaBody::make(session);
    if (session.has(XR_BD_BODY_TRACKING_EXTENSION_NAME)) return PicoBody::make(session);
    return nullptr;
}

}  // namespace understudy
