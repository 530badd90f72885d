#pragma once

#include <memory>

#include "core/operatorsample.h"
#include "xr/openxr/session.h"

namespace understudy {

/// Where a runtime keeps joints of hands or of the whole body: one path of several behind one call. One thread, that of
/// the session; the session outlives it.
class JointTracker {
public:
    virtual ~JointTracker() = default;
    /// Fills in the joints it knows; the others are left as they are.
    virtual void locate(XrTime time, OperatorSample& sample) = 0;
    [[nodiscard]] virtual std::string_view path() const = 0;
};

/// XR_EXT_hand_tracking, both hands; null where the headset has none.
[[nodiscard]] std::unique_ptr<JointTracker> makeHandTracker(const OpenXrSession& session);

/// The whole body by what the runtime has: Meta's (XR_FB_body_tracking, with legs where XR_META_body_tracking_full_body
/// is there) or PICO's (XR_BD_body_tracking); null without either. Trackers of HTC's kind come with the actions.
[[nodiscard]] std::unique_ptr<JointTracker> makeBodyTracker(const OpenXrSession& session);

}  // namespace understudy
