#pragma once

#include <memory>
#include <vector>

#include "xr/smoothing/jitterbuffer.h"
#include "xr/smoothing/oneeuro.h"
#include "xr/smoothing/outlier.h"

namespace understudy {

struct SmootherOptions {
    bool buffer = true;    ///< hold back against jitter, when there is any
    bool outliers = true;  ///< reject what no limb can do
    bool filter = true;    ///< One-Euro
    OneEuroOptions position{.minCutoffHz = 4, .beta = 8};
    OneEuroOptions orientation{.minCutoffHz = 4, .beta = 2};
    OutlierOptions outlier;
};
/// For a device on a wire with a clean clock.
inline constexpr SmootherOptions kNoSmoothing{.buffer = false, .outliers = false, .filter = false};

/// The samples of one device, smoothed. Times are the local monotonic clock. One thread; never allocates after prepare.
class Smoother {
public:
    explicit Smoother(const SmootherOptions& options = {});
    void prepare(const OperatorSample& prototype);

    /// A sample came. Buttons, inputs and arrival of every later result are its.
    void push(const OperatorSample& sample);
    /// What to play out at `now`: poses as they were `delay()` before now, never newer than came; stamps and buttons of
    /// the newest sample, but the capture time is that of the pose. Null before the first. Without a buffer it is the
    /// newest sample.
    [[nodiscard]] const OperatorSample* at(Timestamp now);
    /// Whether at(now) would give a newer pose than the one before.
    [[nodiscard]] bool hasNews(Timestamp now) const;

    /// Held back against jitter now.
    [[nodiscard]] Duration bufferDelay() const { return m_jitter.delay(); }
    /// All that smoothing adds now: the buffer's, and how far the filter lags behind (median of the joints).
    [[nodiscard]] Duration addedDelay() const { return bufferDelay() + m_filterDelay; }
    [[nodiscard]] std::uint64_t rejected() const { return m_rejected; }  ///< joints' poses not believed
    void reset();

private:
    static constexpr std::size_t kJoints = kBodyJointCount + kSideCount * kHandJointCount;
    [[nodiscard]] static TrackedPose& jointOf(OperatorSample& sample, std::size_t joint);

    SmootherOptions m_options;
    JitterEstimate m_jitter;
    PoseBuffer m_buffer;
    std::array<OutlierGate, kJoints> m_gates;
    std::array<OneEuroPose, kJoints> m_filters;
    OperatorSample m_in;
    OperatorSample m_out;
    Timestamp m_played = 0;
    Timestamp m_newest = 0;
    bool m_seen = false;
    Duration m_filterDelay = 0;
    std::uint64_t m_rejected = 0;
};

}  // namespace understudy
