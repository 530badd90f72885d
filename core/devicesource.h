#pragma once

#include "core/publisher.h"
#include "core/source.h"

namespace understudy {

struct DeviceInfo {
    std::string name;  ///< unique in a rig; the stream is "/operator/<name>"
    std::string kind;  ///< bvh, scripted, openxr, xsens …
    std::string serial;
    double rateHz = 0;                    ///< announced
    std::vector<std::string> jointNames;  ///< of OperatorSample::joints; empty without named joints
};

/// What flows back to the person: tones, haptics, state, verdict, counts. Fields grow with the devices.
struct OperatorFeedback {
    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason holdReason = HoldReason::None;
    bool recording = false;
    std::string message;
};

/// A headset, a suit, a leader arm, a played-back motion, a scripted test. Owns its thread, which alone publishes.
class DeviceSource {
public:
    virtual ~DeviceSource() = default;

    [[nodiscard]] virtual const DeviceInfo& info() const = 0;
    /// Add readers before start().
    [[nodiscard]] virtual Publisher<OperatorSample>& samples() = 0;
    /// Opens its stream in the sink and starts its thread. The sink outlives the source's thread.
    [[nodiscard]] virtual Result<void> start(RecordSink& sink) = 0;
    /// Idempotent; joins the thread.
    virtual void stop() = 0;
    virtual void feedback(const OperatorFeedback& feedback) = 0;
    [[nodiscard]] virtual SourceHealth health() const = 0;
};

}  // namespace understudy
