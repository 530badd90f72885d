#include "xr/network/networkdevice.h"

#include <array>

#include <asio.hpp>
#include <fmt/format.h>

#include "xr/network/localaddress.h"

namespace understudy {
namespace {

constexpr Duration kReordered = kSecond;  // an older packet than this is a clock that started anew
constexpr int kRestartNeeds = 3;          // packets that agree on it

void count(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

struct NetworkDevice::Socket {
    asio::io_context context{1};
    asio::ip::udp::socket socket{context};
    asio::ip::udp::endpoint from;
    std::array<std::byte, 65536> buffer{};
};

NetworkDevice::NetworkDevice(NetworkOptions options, std::unique_ptr<StreamParser> parser)
    : m_options(std::move(options)), m_parser(std::move(parser)), m_limit(m_options.rateHz * m_options.packetsPerSample)
{
    m_info = {.name = m_options.name,
              .kind = m_options.kind,
              .serial = m_options.serial.empty() ? m_options.sender : m_options.serial,
              .rateHz = m_options.rateHz,
              .jointNames = m_parser->jointNames()};
    m_parsed.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(m_info.jointNames.size()));
    m_samples.prepare(m_parsed);
    m_port = m_options.port;
}

NetworkDevice::~NetworkDevice() { stop(); }

Result<void> NetworkDevice::start(RecordSink& sink)
{
    if (m_thread.joinable()) return fail("the device " + m_info.name + " runs already; stop it first");
    if (!(m_options.rateHz > 0)) return fail("the device " + m_info.name + " announces no rate; set rate_hz");
    m_paired = 0;
    if (!m_options.sender.empty()) {
        const auto paired = parseAddress(m_options.sender);
        if (!paired) return fail(fmt::format("the sender of {}: {}", m_info.name, paired.error().message));
        m_paired = *paired;
    }
    const auto local = resolveInterface(m_options.interface);
    if (!local) return fail(fmt::format("{} cannot listen: {}", m_info.name, local.error().message));

    auto socket = std::make_unique<Socket>();
    asio::error_code error;
    const auto bound = [&](const asio::error_code& failed) {
        return fail(fmt::format("{} cannot listen on {}:{}: {}; choose another port, or end the program that has it",
                                m_info.name, dotted(*local), m_options.port, failed.message()));
    };
    socket->socket.open(asio::ip::udp::v4(), error);
    if (error) return bound(error);
    // A second's worth of packets, where the system grants it.
    asio::error_code ungranted;
    socket->socket.set_option(asio::socket_base::receive_buffer_size(1 << 20), ungranted);
    socket->socket.bind({asio::ip::address_v4(*local), m_options.port}, error);
    if (error) return bound(error);

    StreamInfo stream{.name = "/operator/" + m_info.name,
                      .kind = "operator",
                      .rateHz = m_info.rateHz,
                      .frame = "operator",
                      .names = m_info.jointNames,
                      .metadata = {{"device", m_info.kind}, {"serial", m_info.serial}}};
    if (auto recorded = m_samples.recordTo(sink, std::move(stream)); !recorded) return recorded;

    m_socket = std::move(socket);
    m_port = m_socket->socket.local_endpoint().port();
    m_parser->reset();
    m_mapping = {};
    m_limit = PacketLimit(m_options.rateHz * m_options.packetsPerSample);
    m_seen = false;
    m_restartCount = 0;
    m_samples.value().levels = 0;
    m_health.started(m_info.rateHz);
    receiveNext();
    m_thread = std::jthread([this] { m_socket->context.run(); });
    return {};
}

void NetworkDevice::stop()
{
    if (m_socket) m_socket->context.stop();
    m_thread = {};
    m_socket.reset();
    m_health.stopped();
}

void NetworkDevice::receiveNext()
{
    m_socket->socket.async_receive_from(asio::buffer(m_socket->buffer), m_socket->from,
                                        [this](const asio::error_code& error, std::size_t size) {
                                            if (error == asio::error::operation_aborted) return;
                                            if (!error) receive(size, m_socket->from.address().to_v4().to_uint());
                                            receiveNext();
                                        });
}

void NetworkDevice::receive(std::size_t size, std::uint32_t sender)
{
    const Timestamp arrival = m_clock.now();
    if (sender != m_paired || m_paired == 0) {
        m_strangers.note(sender, arrival);
        return;
    }
    count(m_counters.packets);
    if (size > m_options.maxPacketBytes) return count(m_counters.oversized);
    if (!m_limit.admits(arrival)) return count(m_counters.flooded);

    OperatorSample& sample = m_samples.value();
    m_parsed.levels = sample.levels;
    m_parsed.presses = sample.presses;
    const ParsedPacket packet = m_parser->parse(std::span(m_socket->buffer).first(size), arrival, m_parsed);
    if (packet.kind == PacketKind::Broken) return count(m_counters.broken);
    if (packet.kind == PacketKind::Ignored) return count(m_counters.ignored);
    if (packet.kind == PacketKind::Part) return;
    if (!isNew(packet.device)) return count(m_counters.stale);

    const std::uint64_t sequence = sample.sequence;
    sample = m_parsed;
    sample.sequence = sequence + 1;
    sample.stamps.device = packet.device;
    sample.stamps.arrival = arrival;
    sample.stamps.capture = packet.hasClock ? m_mapping.map(packet.device, arrival) : arrival;
    m_health.note(arrival, m_samples.publish());
    if (packet.hasClock) m_health.note(m_mapping);
}

bool NetworkDevice::isNew(Timestamp device)
{
    if (!m_seen || device > m_newest) {
        m_seen = true;
        m_newest = device;
        m_restartCount = 0;
        return true;
    }
    if (device > m_newest - kReordered) return false;
    m_restartCount = m_restartCount > 0 && device > m_restartAt ? m_restartCount + 1 : 1;
    m_restartAt = device;
    if (m_restartCount < kRestartNeeds) return false;
    m_newest = device;
    m_restartCount = 0;
    return true;
}

SourceHealth NetworkDevice::health() const
{
    SourceHealth health = m_health.read(m_info.name, m_clock.now());
    if (health.state != SourceState::Connecting) return health;
    const NetworkCounters seen = counters();
    if (seen.packets == 0 && seen.strangers > 0) {
        const std::vector<Stranger> others = strangers();
        health.problem = fmt::format("{} sends to {} and is not paired; pair it with sender = \"{}\"",
                                     others.front().address, m_info.name, others.front().address);
    } else if (seen.packets == 0) {
        health.problem = fmt::format("nothing has come to {} on port {} yet", m_info.name, port());
    } else {
        health.problem = fmt::format("{} packets have come to {}, none of them a sample of kind {}", seen.packets,
                                     m_info.name, m_info.kind);
    }
    return health;
}

NetworkCounters NetworkDevice::counters() const
{
    const auto read = [](const std::atomic<std::uint64_t>& counter) { return counter.load(std::memory_order_relaxed); };
    return {.packets = read(m_counters.packets),
            .strangers = m_strangers.total(),
            .oversized = read(m_counters.oversized),
            .flooded = read(m_counters.flooded),
            .broken = read(m_counters.broken),
            .ignored = read(m_counters.ignored),
            .stale = read(m_counters.stale)};
}

std::vector<Stranger> NetworkDevice::strangers() const { return m_strangers.read(); }

}  // namespace understudy
