#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/result.h"
#include "core/timestamp.h"

namespace understudy {

/// A tty: 8N1, raw, no flow control, no other program on it. One thread.
class SerialPort {
public:
    /// Fails for a path that cannot be opened or is in use, and for a speed the port does not take.
    [[nodiscard]] static Result<SerialPort> open(const std::string& path, int baud);
    SerialPort(SerialPort&& other) noexcept;
    SerialPort& operator=(SerialPort&& other) noexcept;
    ~SerialPort();

    enum class Outcome { Data, Timeout, Gone };
    struct Read {
        Outcome outcome = Outcome::Timeout;
        std::size_t size = 0;
    };
    /// What is there, or comes within the time.
    [[nodiscard]] Read read(std::span<std::byte> into, Duration within);
    /// False: the port is gone, or took nothing for 100 ms.
    [[nodiscard]] bool write(std::span<const std::byte> bytes);
    /// Throws away what came and was not read.
    void discard();

private:
    explicit SerialPort(int file) : m_file(file) {}
    int m_file = -1;
};

}  // namespace understudy
