#pragma once

#include <ctime>

#define XR_USE_TIMESPEC
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

/// What the headers of OpenXR 1.0.20 lack. Layouts and numbers are those of the OpenXR registry.

#ifndef XR_EXT_user_presence
#define XR_EXT_USER_PRESENCE_EXTENSION_NAME "XR_EXT_user_presence"
inline constexpr auto XR_TYPE_EVENT_DATA_USER_PRESENCE_CHANGED_EXT = static_cast<XrStructureType>(1000470000);
struct XrEventDataUserPresenceChangedEXT {
    XrStructureType type;
    const void* next;
    XrSession session;
    XrBool32 isUserPresent;
};
#endif

#ifndef XR_FB_body_tracking
#define XR_FB_BODY_TRACKING_EXTENSION_NAME "XR_FB_body_tracking"
XR_DEFINE_HANDLE(XrBodyTrackerFB)
inline constexpr auto XR_TYPE_BODY_TRACKER_CREATE_INFO_FB = static_cast<XrStructureType>(1000076001);
inline constexpr auto XR_TYPE_BODY_JOINTS_LOCATE_INFO_FB = static_cast<XrStructureType>(1000076002);
inline constexpr auto XR_TYPE_BODY_JOINT_LOCATIONS_FB = static_cast<XrStructureType>(1000076005);
inline constexpr auto XR_TYPE_BODY_SKELETON_FB = static_cast<XrStructureType>(1000076006);
enum XrBodyJointSetFB : std::int32_t { XR_BODY_JOINT_SET_DEFAULT_FB = 0 };
struct XrBodyJointLocationFB {
    XrSpaceLocationFlags locationFlags;
    XrPosef pose;
};
struct XrBodyTrackerCreateInfoFB {
    XrStructureType type;
    const void* next;
    XrBodyJointSetFB bodyJointSet;
};
struct XrBodySkeletonJointFB {
    std::int32_t joint;
    std::int32_t parentJoint;
    XrPosef pose;
};
struct XrBodySkeletonFB {
    XrStructureType type;
    void* next;
    std::uint32_t jointCount;
    XrBodySkeletonJointFB* joints;
};
struct XrBodyJointsLocateInfoFB {
    XrStructureType type;
    const void* next;
    XrSpace baseSpace;
    XrTime time;
};
struct XrBodyJointLocationsFB {
    XrStructureType type;
    void* next;
    XrBool32 isActive;
    float confidence;
    std::uint32_t jointCount;
    XrBodyJointLocationFB* jointLocations;
    std::uint32_t skeletonChangedCount;
    XrTime time;
};
using PFN_xrCreateBodyTrackerFB = XrResult(XRAPI_PTR*)(XrSession, const XrBodyTrackerCreateInfoFB*, XrBodyTrackerFB*);
using PFN_xrDestroyBodyTrackerFB = XrResult(XRAPI_PTR*)(XrBodyTrackerFB);
using PFN_xrLocateBodyJointsFB = XrResult(XRAPI_PTR*)(XrBodyTrackerFB, const XrBodyJointsLocateInfoFB*,
                                                      XrBodyJointLocationsFB*);
using PFN_xrGetBodySkeletonFB = XrResult(XRAPI_PTR*)(XrBodyTrackerFB, XrBodySkeletonFB*);
#endif

#ifndef XR_META_body_tracking_full_body
#define XR_META_BODY_TRACKING_FULL_BODY_EXTENSION_NAME "XR_META_body_tracking_full_body"
inline constexpr auto XR_BODY_JOINT_SET_FULL_BODY_META = static_cast<XrBodyJointSetFB>(1000274000);
#endif

#ifndef XR_BD_body_tracking
#define XR_BD_BODY_TRACKING_EXTENSION_NAME "XR_BD_body_tracking"
XR_DEFINE_HANDLE(XrBodyTrackerBD)
inline constexpr auto XR_TYPE_BODY_TRACKER_CREATE_INFO_BD = static_cast<XrStructureType>(1000385001);
inline constexpr auto XR_TYPE_BODY_JOINTS_LOCATE_INFO_BD = static_cast<XrStructureType>(1000385002);
inline constexpr auto XR_TYPE_BODY_JOINT_LOCATIONS_BD = static_cast<XrStructureType>(1000385003);
enum XrBodyJointSetBD : std::int32_t {
    XR_BODY_JOINT_SET_BODY_WITHOUT_ARM_BD = 1,
    XR_BODY_JOINT_SET_FULL_BODY_JOINTS_BD = 2
};
struct XrBodyTrackerCreateInfoBD {
    XrStructureType type;
    const void* next;
    XrBodyJointSetBD jointSet;
};
struct XrBodyJointsLocateInfoBD {
    XrStructureType type;
    const void* next;
    XrSpace baseSpace;
    XrTime time;
};
struct XrBodyJointLocationBD {
    XrSpaceLocationFlags locationFlags;
    XrPosef pose;
};
struct XrBodyJointLocationsBD {
    XrStructureType type;
    void* next;
    XrBool32 allJointPosesTracked;
    std::uint32_t jointLocationCount;
    XrBodyJointLocationBD* jointLocations;
};
using PFN_xrCreateBodyTrackerBD = XrResult(XRAPI_PTR*)(XrSession, const XrBodyTrackerCreateInfoBD*, XrBodyTrackerBD*);
using PFN_xrDestroyBodyTrackerBD = XrResult(XRAPI_PTR*)(XrBodyTrackerBD);
using PFN_xrLocateBodyJointsBD = XrResult(XRAPI_PTR*)(XrBodyTrackerBD, const XrBodyJointsLocateInfoBD*,
                                                      XrBodyJointLocationsBD*);
#endif
