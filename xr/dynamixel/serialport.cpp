#include "xr/dynamixel/serialport.h"

#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr std::array<std::pair<int, speed_t>, 9> kSpeeds{{{9600, B9600},
                                                          {57600, B57600},
                                                          {115200, B115200},
                                                          {500000, B500000},
                                                          {921600, B921600},
                                                          {1000000, B1000000},
                                                          {2000000, B2000000},
                                                          {3000000, B3000000},
                                                          {4000000, B4000000}}};

std::optional<speed_t> speedOf(int baud)
{
    for (const auto& [number, speed] : kSpeeds)
        if (number == baud) return speed;
    return std::nullopt;
}

int milliseconds(Duration duration)
{
    return static_cast<int>((std::max<Duration>(duration, 0) + kMillisecond - 1) / kMillisecond);
}

}  // namespace

Result<SerialPort> SerialPort::open(const std::string& path, int baud)
{
    const auto speed = speedOf(baud);
    if (!speed) {
        std::string known;
        for (const auto& [number, ignored] : kSpeeds) known += fmt::format("{}{}", known.empty() ? "" : ", ", number);
        return fail(fmt::format("a serial port does not run at {} baud; choose one of {}", baud, known));
    }
    SerialPort port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (port.m_file < 0)
        return fail(
            fmt::format("cannot open the serial port {}: {}; check the cable, the path, and that you are in the "
                        "group dialout",
                        path, std::strerror(errno)));
    if (isatty(port.m_file) == 0) return fail(fmt::format("{} is no serial port", path));
    if (ioctl(port.m_file, TIOCEXCL) != 0)
        return fail(fmt::format("{} is in use by another program: {}", path, std::strerror(errno)));
    termios settings{};
    if (tcgetattr(port.m_file, &settings) != 0)
        return fail(fmt::format("{} gives no settings: {}", path, std::strerror(errno)));
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS | CSTOPB | PARENB);
    cfsetispeed(&settings, *speed);
    cfsetospeed(&settings, *speed);
    if (tcsetattr(port.m_file, TCSANOW, &settings) != 0)
        return fail(fmt::format("{} does not run at {} baud: {}", path, baud, std::strerror(errno)));
    // FTDI adapters wait 16 ms before they hand on what came; drivers that know the flag wait one. Others have no such
    // wait or keep it, and the rate shows it.
    serial_struct serial{};
    if (ioctl(port.m_file, TIOCGSERIAL, &serial) == 0) {
        serial.flags |= ASYNC_LOW_LATENCY;
        (void)ioctl(port.m_file, TIOCSSERIAL, &serial);
    }
    tcflush(port.m_file, TCIOFLUSH);
    return port;
}

SerialPort::SerialPort(SerialPort&& other) noexcept : m_file(std::exchange(other.m_file, -1)) {}

SerialPort& SerialPort::operator=(SerialPort&& other) noexcept
{
    std::swap(m_file, other.m_file);
    return *this;
}

SerialPort::~SerialPort()
{
    if (m_file >= 0) ::close(m_file);
}

SerialPort::Read SerialPort::read(std::span<std::byte> into, Duration within)
{
    pollfd wait{.fd = m_file, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wait, 1, milliseconds(within));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return {.outcome = Outcome::Timeout};
    const ssize_t got = ready < 0 ? -1 : ::read(m_file, into.data(), into.size());
    if (got > 0) return {.outcome = Outcome::Data, .size = static_cast<std::size_t>(got)};
    if (got < 0 && (errno == EAGAIN || errno == EINTR) && (wait.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0)
        return {.outcome = Outcome::Timeout};
    return {.outcome = Outcome::Gone};
}

bool SerialPort::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file, bytes.data(), bytes.size());
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            continue;
        }
        if (written < 0 && errno != EAGAIN && errno != EINTR) return false;
        pollfd wait{.fd = m_file, .events = POLLOUT, .revents = 0};
        if (::poll(&wait, 1, 100) <= 0 || (wait.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return false;
    }
    return true;
}

void SerialPort::discard() { tcflush(m_file, TCIFLUSH); }

}  // namespace understudy
