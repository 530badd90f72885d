#pragma once

#include <atomic>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/devicesource.h"
#include "xr/dynamixel/bus.h"
#include "xr/dynamixel/jointcalibration.h"
#include "xr/healthmeter.h"

namespace understudy {

struct LeaderJoint {
    std::string name;  ///< whose robot joint it drives is the robot profile's business
    std::uint8_t id = 1;
    JointCalibration calibration;
};

struct LeaderArmOptions {
    std::string name = "leader";
    std::string port;      ///< e.g. /dev/serial/by-id/…, which outlives a plug that is pulled and put back
    int baud = 1'000'000;  ///< 57,600 as the servos come from the factory: about 35 Hz for seven joints
    double rateHz = 100;
    std::vector<LeaderJoint> joints;
};

/// A leader arm or exoskeleton as named joints in radians. Its thread pings the servos, switches their torque off,
/// raises their answers' speed, and reads all joints in one transaction per period. A transaction that fails gives no
/// sample; after three the servos are looked for again, and a port that is gone is opened again when it is back.
/// A wired device: its clock is ours, the capture time the middle of the transaction.
class LeaderArm final : public DeviceSource {
public:
    explicit LeaderArm(LeaderArmOptions options);
    ~LeaderArm() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Fails without joints, with two of one id or name, or for a speed no port has; a port that is not there yet is
    /// waited for, and health says so.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    void feedback(const OperatorFeedback&) override {}
    [[nodiscard]] SourceHealth health() const override;

    /// Raw radians of every joint in order, unwrapped, for calibrating; any thread. Zero before the first sample.
    [[nodiscard]] std::vector<double> rawRadians() const;

private:
    enum class Trouble : std::uint8_t { None, NoPort, NoServo, PortLost, Alert };

    void run(const std::stop_token& stopping);
    /// Until the port fails or stop is asked for.
    void drive(DynamixelBus& bus, const std::stop_token& stopping);
    [[nodiscard]] bool prepareServos(DynamixelBus& bus);
    void publish(Timestamp asked, Timestamp answered);
    void report(Trouble trouble, std::size_t joint = 0);

    LeaderArmOptions m_options;
    DeviceInfo m_info;
    SteadyClock m_clock;
    Publisher<OperatorSample> m_samples;
    HealthMeter m_health;
    std::vector<std::uint8_t> m_ids;
    std::vector<std::byte> m_read;
    std::unique_ptr<bool[]> m_answered;
    std::vector<TurnCounter> m_turns;
    std::unique_ptr<std::atomic<double>[]> m_raw;
    std::atomic<Trouble> m_trouble{Trouble::None};
    std::atomic<std::size_t> m_troubledJoint{0};
    std::jthread m_thread;
};

}  // namespace understudy
