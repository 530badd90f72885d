#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "core/clock.h"
#include "core/result.h"
#include "xr/network/udpsender.h"
#include "xr/suits/canonical.h"
#include "xr/suits/suitkind.h"

namespace understudy {

/// A person of 1.75 m who sways and reaches, `seconds` after the start; the T-pose at 0. Deterministic.
[[nodiscard]] OperatorPose swayingPose(double seconds);

/// The datagrams in which a device of this kind sends one sample. `seconds` is the device's own clock.
[[nodiscard]] std::vector<std::vector<std::byte>> suitPackets(SuitKind kind, const OperatorPose& pose, double seconds,
                                                              std::uint32_t frame, double rateHz);

/// What the joints kind sends for a pose: flexion of both elbows, and nothing else.
inline constexpr std::array<std::string_view, 2> kStandInJoints{"left_elbow", "right_elbow"};

struct SuitStandInOptions {
    SuitKind kind = SuitKind::Xsens;
    std::string from = "127.0.0.1";
    std::string to = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: the kind's own
    double rateHz = 0;       ///< 0: the kind's own
};

/// Sends such a person from a thread of its own until it is destroyed.
class SuitStandIn {
public:
    [[nodiscard]] static Result<std::unique_ptr<SuitStandIn>> start(const SuitStandInOptions& options);
    ~SuitStandIn();

    /// While true, nothing is sent and the device's clock runs on: asleep, or out of reach.
    void setSilent(bool silent) { m_silent.store(silent, std::memory_order_relaxed); }
    /// CPU time its thread has taken, ns.
    [[nodiscard]] Duration cpuTime();
    [[nodiscard]] std::uint64_t sent() const { return m_sent.load(std::memory_order_relaxed); }

private:
    SuitStandIn(SuitStandInOptions options, UdpSender sender);
    void run(const std::stop_token& stopping);

    SuitStandInOptions m_options;
    UdpSender m_sender;
    SteadyClock m_clock;
    std::atomic<bool> m_silent{false};
    std::atomic<std::uint64_t> m_sent{0};
    std::jthread m_thread;
};

}  // namespace understudy
