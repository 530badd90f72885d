#include "xr/dynamixel/simulatedservos.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr std::uint16_t kModel = 1190;  // XL330-M077
constexpr std::uint8_t kFirmware = 52;
constexpr std::uint8_t kAlertBit = 0x80;
constexpr std::uint8_t kBadLength = 5;

std::size_t number(const DxlPacket& packet, std::size_t at)
{
    return static_cast<std::size_t>(packet.parameters[at]) | static_cast<std::size_t>(packet.parameters[at + 1]) << 8U;
}

}  // namespace

Result<std::unique_ptr<SimulatedServos>> SimulatedServos::start(SimulatedServosOptions options)
{
    if (!options.counts)
        options.counts = [](std::size_t servo, double seconds) {
            return 2048 + static_cast<std::int32_t>(std::lround(400 * std::sin(seconds + static_cast<double>(servo))));
        };
    std::unique_ptr<SimulatedServos> servos(new SimulatedServos(std::move(options)));
    if (const auto opened = servos->openPort(); !opened) return tl::unexpected(opened.error());
    servos->m_start = servos->m_clock.now();
    servos->m_thread = std::jthread([raw = servos.get()](const std::stop_token& stopping) { raw->run(stopping); });
    return servos;
}

SimulatedServos::~SimulatedServos()
{
    m_thread = {};
    if (m_master >= 0) ::close(m_master);
    std::error_code ignored;
    std::filesystem::remove(m_options.link, ignored);
}

Result<void> SimulatedServos::openPort()
{
    const auto wrong = [&](const char* what) {
        return fail(
            fmt::format("no pseudo-terminal at {}: {}: {}", m_options.link.string(), what, std::strerror(errno)));
    };
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return wrong("posix_openpt");
    termios settings{};
    if (tcgetattr(master, &settings) == 0) {
        cfmakeraw(&settings);
        (void)tcsetattr(master, TCSANOW, &settings);
    }
    std::array<char, 128> name{};
    if (ptsname_r(master, name.data(), name.size()) != 0) return wrong("ptsname");
    std::error_code error;
    std::filesystem::remove(m_options.link, error);
    std::filesystem::create_symlink(name.data(), m_options.link, error);
    if (error) {
        ::close(master);
        return fail(fmt::format("cannot make the port {}: {}", m_options.link.string(), error.message()));
    }
    m_master = master;
    return {};
}

void SimulatedServos::unplug()
{
    std::error_code ignored;
    std::filesystem::remove(m_options.link, ignored);
    if (m_master < 0) return;
    // The thread that uses the port closes it.
    m_unplug = true;
    while (m_master >= 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Result<void> SimulatedServos::plugIn() { return openPort(); }

Duration SimulatedServos::cpuTime()
{
    clockid_t clock{};
    timespec time{};
    if (pthread_getcpuclockid(m_thread.native_handle(), &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return time.tv_sec * kSecond + time.tv_nsec;
}

void SimulatedServos::run(const std::stop_token& stopping)
{
    PacketScanner scanner;
    std::vector<std::byte> out;
    while (!stopping.stop_requested()) {
        if (m_unplug.exchange(false)) ::close(m_master.exchange(-1));
        const int master = m_master;
        pollfd wait{.fd = master, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&wait, 1, 20);
        std::array<std::byte, 512> buffer;
        const ssize_t got = ready > 0 && (wait.revents & POLLIN) ? ::read(master, buffer.data(), buffer.size()) : 0;
        if (got <= 0) {
            // Nobody has the port open: the terminal says so at once, for ever.
            if (wait.revents & (POLLHUP | POLLNVAL)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
            continue;
        }
        scanner.push(std::span(buffer).first(static_cast<std::size_t>(got)));
        while (const DxlPacket* packet = scanner.next()) {
            if (packet->instruction == static_cast<std::uint8_t>(DxlInstruction::Status)) continue;
            out.clear();
            if (m_options.echo) writeDxl(packet->id, packet->instruction, packet->data(), out);
            answer(*packet, toSeconds(m_clock.now() - m_start), out);
            sendPaced(out);
        }
    }
}

void SimulatedServos::sendPaced(std::span<const std::byte> bytes)
{
    if (bytes.empty()) return;
    // Ten bits a byte; the last byte is out when the bus would have it out.
    const double seconds = 10.0 * static_cast<double>(bytes.size()) / m_options.baud;
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const int master = m_master;
    if (master >= 0 && ::write(master, bytes.data(), bytes.size()) > 0) ++m_answers;
}

void SimulatedServos::status(std::uint8_t id, std::uint8_t error, std::span<const std::byte> data,
                             std::vector<std::byte>& out)
{
    std::array<std::byte, kDxlLongest> parameters;
    const std::size_t size = std::min(data.size(), parameters.size() - 1);
    parameters[0] = static_cast<std::byte>(error | (m_alert ? kAlertBit : 0));
    std::copy_n(data.begin(), size, parameters.begin() + 1);
    writeDxl(id, static_cast<std::uint8_t>(DxlInstruction::Status), std::span(parameters).first(size + 1), out);
    if (m_corrupt > 0) {
        --m_corrupt;
        out[out.size() - 3] ^= std::byte{0x10};
    }
}

std::byte SimulatedServos::tableAt(std::size_t servo, std::size_t address, double seconds) const
{
    const auto part = [&](std::uint32_t value, std::size_t first) {
        return static_cast<std::byte>((value >> (8 * (address - first))) & 0xFFU);
    };
    if (address < 2) return part(kModel, 0);
    if (address == 6) return std::byte{kFirmware};
    if (address == 7) return static_cast<std::byte>(m_options.ids[servo]);
    if (address >= 132 && address < 136) return part(static_cast<std::uint32_t>(m_options.counts(servo, seconds)), 132);
    return std::byte{0};
}

void SimulatedServos::answer(const DxlPacket& packet, double seconds, std::vector<std::byte>& out)
{
    const auto& ids = m_options.ids;
    const auto indexOf = [&](std::uint8_t id) {
        return static_cast<std::size_t>(std::ranges::find(ids, id) - ids.begin());
    };
    const auto table = [&](std::uint8_t id, std::size_t address, std::size_t length, std::span<std::byte> into) {
        for (std::size_t i = 0; i < length; ++i) into[i] = tableAt(indexOf(id), address + i, seconds);
    };
    const auto answers = [&](std::uint8_t id) { return indexOf(id) < ids.size() && !m_dead[id]; };
    std::array<std::byte, kDxlLongest> data;

    switch (static_cast<DxlInstruction>(packet.instruction)) {
    case DxlInstruction::Ping:
        data[0] = std::byte{kModel & 0xFFU};
        data[1] = std::byte{kModel >> 8U};
        data[2] = std::byte{kFirmware};
        for (const std::uint8_t id : ids)
            if ((packet.id == id || packet.id == kDxlBroadcast) && answers(id))
                status(id, 0, std::span(data).first(3), out);
        return;
    case DxlInstruction::Read: {
        if (!answers(packet.id)) return;
        if (packet.size != 4) return status(packet.id, kBadLength, {}, out);
        const std::size_t length = std::min(number(packet, 2), data.size() / 2);
        table(packet.id, number(packet, 0), length, data);
        return status(packet.id, 0, std::span(data).first(length), out);
    }
    case DxlInstruction::Write:
        if (!answers(packet.id)) return;
        if (packet.size < 3) return status(packet.id, kBadLength, {}, out);
        if (number(packet, 0) == 64) m_torqueOff[packet.id] = packet.parameters[2] == std::byte{0};
        return status(packet.id, 0, {}, out);
    case DxlInstruction::SyncRead:
    case DxlInstruction::FastSyncRead: {
        if (packet.size < 5) return;
        const std::size_t length = std::min<std::size_t>(number(packet, 2), 64);
        const bool fast = packet.instruction == static_cast<std::uint8_t>(DxlInstruction::FastSyncRead);
        const auto asked = packet.data().subspan(4);
        const std::size_t start = out.size();
        if (fast) {
            const std::size_t size = 1 + asked.size() * (length + 4);
            for (const unsigned value : {0xFFU, 0xFFU, 0xFDU, 0U, unsigned{kDxlBroadcast}, unsigned(size & 0xFFU),
                                         unsigned(size >> 8U), 0x55U})
                out.push_back(static_cast<std::byte>(value));
        }
        for (const std::byte each : asked) {
            const auto id = static_cast<std::uint8_t>(each);
            // Each listens for the one before it: after one that is silent nobody speaks.
            if (!answers(id)) {
                if (fast) out.resize(start);
                return;
            }
            table(id, number(packet, 0), length, data);
            if (!fast) {
                status(id, 0, std::span(data).first(length), out);
                continue;
            }
            out.push_back(std::byte{0});
            out.push_back(each);
            out.insert(out.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(length));
            const std::uint16_t crc = dxlCrc(std::span(out).subspan(start));
            out.push_back(static_cast<std::byte>(crc & 0xFFU));
            out.push_back(static_cast<std::byte>(crc >> 8U));
        }
        return;
    }
    case DxlInstruction::Status:
        return;
    }
}

}  // namespace understudy
