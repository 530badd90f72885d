#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "core/clock.h"
#include "core/devicesource.h"
#include "xr/healthmeter.h"
#include "xr/network/packetlimit.h"
#include "xr/network/sendertable.h"
#include "xr/network/streamparser.h"

namespace understudy {

struct NetworkOptions {
    std::string name;
    std::string kind;                    ///< xsens, rokoko, vmc, mocopi, noitom, joints
    std::string serial;                  ///< what the sender calls itself, where it is chosen by that
    std::string interface = "lo";        ///< name or address of this machine to listen on
    std::uint16_t port = 0;              ///< 0: a free one
    std::string sender;                  ///< IPv4 address of the paired sender; empty: none is obeyed yet
    double rateHz = 60;                  ///< announced samples a second
    double packetsPerSample = 8;         ///< more than this times the rate in packets a second are dropped
    std::size_t maxPacketBytes = 65507;  ///< a longer datagram is dropped unread
};

/// What became of the datagrams since the start. A snapshot.
struct NetworkCounters {
    std::uint64_t packets = 0;    ///< from the paired sender
    std::uint64_t strangers = 0;  ///< from anyone else; dropped unread
    std::uint64_t oversized = 0;
    std::uint64_t flooded = 0;  ///< above the rate
    std::uint64_t broken = 0;
    std::uint64_t ignored = 0;
    std::uint64_t stale = 0;  ///< came twice, or after a newer one
};

/// A device that sends UDP. Its thread receives, and publishes every sample as it is (smoothing is the rig's).
/// A packet that came twice or late is passed over; a sender whose clock starts anew is followed after three packets.
class NetworkDevice final : public DeviceSource {
public:
    NetworkDevice(NetworkOptions options, std::unique_ptr<StreamParser> parser);
    ~NetworkDevice() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Binds; fails when the interface does not exist or the port is taken. Sequence and press counts go on.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    /// These protocols hear nothing.
    void feedback(const OperatorFeedback&) override {}
    [[nodiscard]] SourceHealth health() const override;

    /// The port that is listened on; the chosen one after start() with port 0. Any thread.
    [[nodiscard]] std::uint16_t port() const { return m_port.load(std::memory_order_relaxed); }
    [[nodiscard]] NetworkCounters counters() const;         ///< any thread
    [[nodiscard]] std::vector<Stranger> strangers() const;  ///< any thread

private:
    struct Socket;
    void receiveNext();
    void receive(std::size_t size, std::uint32_t sender);
    /// Whether a sample of this time is news.
    [[nodiscard]] bool isNew(Timestamp device);

    NetworkOptions m_options;
    std::unique_ptr<StreamParser> m_parser;
    DeviceInfo m_info;
    SteadyClock m_clock;
    Publisher<OperatorSample> m_samples;
    OperatorSample m_parsed;
    ClockMapping m_mapping;
    HealthMeter m_health;
    PacketLimit m_limit;
    SenderTable m_strangers;
    std::uint32_t m_paired = 0;

    Timestamp m_newest = 0;
    bool m_seen = false;
    Timestamp m_restartAt = 0;  ///< newest time of what may be a clock that started anew
    int m_restartCount = 0;

    struct Counters {
        std::atomic<std::uint64_t> packets{0}, oversized{0}, flooded{0}, broken{0}, ignored{0}, stale{0};
    };
    Counters m_counters;
    std::atomic<std::uint16_t> m_port{0};
    std::unique_ptr<Socket> m_socket;
    std::jthread m_thread;
};

}  // namespace understudy
