#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "core/clock.h"
#include "core/devicesource.h"
#include "core/ring.h"
#include "xr/healthmeter.h"
#include "xr/rig/fusion.h"
#include "xr/smoothing/smoother.h"

namespace understudy {

struct RigDevice {
    std::unique_ptr<DeviceSource> device;
    Pose offset;  ///< from its world to the rig's
    SmootherOptions smoothing = kNoSmoothing;
    bool spare = false;  ///< runs, and gives nothing until it takes another's place
};

struct RigOptions {
    std::string name = "rig";
    std::vector<RigDevice> devices;
    /// Per part the devices' names in the order of preference; empty: all but the spares, in their order.
    std::array<std::vector<std::string>, kRigPartCount> sources;
};

/// What a page shows of one device of a rig.
struct RigDeviceState {
    std::string name;
    std::string kind;
    SourceHealth health;
    Duration addedDelay = 0;
    std::uint64_t rejected = 0;  ///< joint poses not believed
    std::uint64_t skipped = 0;   ///< samples that found no room before the fusing thread
    bool spare = false;          ///< stands in no place now
    std::vector<RigPart> parts;  ///< it gives these now
};

/// Several devices as one operator. Starts and stops them; each records its own stream, the fused one is
/// "/operator/<name>" at the rate of the fastest. Its own thread smooths and fuses, woken by every sample.
/// Named joints: those of all devices in their order; a name that two have is written "device/joint".
class Rig final : public DeviceSource {
public:
    /// Fails without a device, for two of one name, a part's source that is not there, and more than 128 joints.
    [[nodiscard]] static Result<std::unique_ptr<Rig>> create(RigOptions options);
    ~Rig() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Fails when one of its devices does; then none runs.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    /// To every device.
    void feedback(const OperatorFeedback& feedback) override;
    [[nodiscard]] SourceHealth health() const override;

    /// Any thread.
    [[nodiscard]] std::vector<RigDeviceState> devices() const;

    /// Two presses: the first names the spare that can take a device's place (it runs, and has the same joints), the
    /// second puts it there without ending anything. One thread.
    [[nodiscard]] Result<std::string> offerSpareFor(const std::string& device);
    [[nodiscard]] Result<void> acceptSpare();

private:
    class Tee;
    struct Member;

    explicit Rig(RigOptions options);
    void run(const std::stop_token& stopping);
    void take(Timestamp now);
    [[nodiscard]] Timestamp nextWake(Timestamp now) const;

    RigOptions m_options;
    DeviceInfo m_info;
    SteadyClock m_clock;
    std::vector<std::unique_ptr<Member>> m_members;
    std::unique_ptr<Fusion> m_fusion;
    Publisher<OperatorSample> m_samples;
    HealthMeter m_health;
    std::array<std::atomic<int>, kRigPartCount> m_sources{};  ///< slot
    std::atomic<std::uint32_t> m_lost{0};                     ///< bit per part; bit 16 + slot for its joints
    std::atomic<bool> m_needsRelease{false};
    std::vector<std::unique_ptr<std::atomic<int>>> m_slotMembers;  ///< which member stands in a slot
    std::optional<std::pair<std::size_t, std::size_t>> m_offer;    ///< slot, member
    int m_wake = -1;
    bool m_running = false;
    std::jthread m_thread;
};

}  // namespace understudy
