#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "xr/dynamixel/packet.h"

namespace understudy {

struct SimulatedServosOptions {
    std::filesystem::path link;  ///< where the port appears: a symbolic link to a pseudo-terminal
    std::vector<std::uint8_t> ids{1, 2, 3, 4, 5, 6, 7};
    int baud = 1'000'000;  ///< bytes take as long as on a real bus
    /// Counts of a servo, `seconds` after the start; by default they sway about the middle.
    std::function<std::int32_t(std::size_t servo, double seconds)> counts;
    bool echo = false;  ///< the adapter repeats what the host sends
};

/// Servos on a bus that is not there: ping, read, write, sync read, fast sync read, with the bus's own pace and with
/// faults to order. Its thread answers until it is destroyed. Setters from any thread.
class SimulatedServos {
public:
    [[nodiscard]] static Result<std::unique_ptr<SimulatedServos>> start(SimulatedServosOptions options);
    ~SimulatedServos();

    void setDead(std::uint8_t id, bool dead) { m_dead[id] = dead; }  ///< it and all after it in a sync read fall silent
    void corruptNext(int answers) { m_corrupt = answers; }           ///< flips a bit in so many answers
    void setAlert(bool alert) { m_alert = alert; }
    void unplug();  ///< the port vanishes
    [[nodiscard]] Result<void> plugIn();
    [[nodiscard]] Duration cpuTime();  ///< of its thread, ns
    [[nodiscard]] std::uint64_t answers() const { return m_answers; }
    [[nodiscard]] bool torqueWasSwitchedOff(std::uint8_t id) const { return m_torqueOff[id]; }

    /// The answers to one packet as the servos would send them, without a port.
    void answer(const DxlPacket& packet, double seconds, std::vector<std::byte>& out);

private:
    explicit SimulatedServos(SimulatedServosOptions options) : m_options(std::move(options)) {}
    [[nodiscard]] Result<void> openPort();
    void run(const std::stop_token& stopping);
    void status(std::uint8_t id, std::uint8_t error, std::span<const std::byte> data, std::vector<std::byte>& out);
    /// The bytes of a servo's control table.
    [[nodiscard]] std::byte tableAt(std::size_t servo, std::size_t address, double seconds) const;
    void sendPaced(std::span<const std::byte> bytes);

    SimulatedServosOptions m_options;
    SteadyClock m_clock;
    Timestamp m_start = 0;
    std::atomic<int> m_master{-1};
    std::array<std::atomic<bool>, 256> m_dead{};
    std::array<std::atomic<bool>, 256> m_torqueOff{};
    std::atomic<bool> m_unplug{false};
    std::atomic<int> m_corrupt{0};
    std::atomic<bool> m_alert{false};
    std::atomic<std::uint64_t> m_answers{0};
    std::jthread m_thread;
};

}  // namespace understudy
