#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy {

using Bytes = std::span<const std::byte>;

/// Reads numbers of one byte order from the front; past the end it gives zero and says so.
template <std::endian Order>
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : m_bytes(bytes) {}

    template <typename T>
    [[nodiscard]] T take()
    {
        std::array<std::byte, sizeof(T)> raw{};
        if (m_bytes.size() < sizeof(T)) {
            m_bytes = {};
            m_short = true;
            return T{};
        }
        for (std::size_t i = 0; i < sizeof(T); ++i)
            raw[Order == std::endian::native ? i : sizeof(T) - 1 - i] = m_bytes[i];
        m_bytes = m_bytes.subspan(sizeof(T));
        return std::bit_cast<T>(raw);
    }

    [[nodiscard]] Bytes bytes(std::size_t count)
    {
        if (m_bytes.size() < count) {
            m_bytes = {};
            m_short = true;
            return {};
        }
        const Bytes taken = m_bytes.first(count);
        m_bytes = m_bytes.subspan(count);
        return taken;
    }

    [[nodiscard]] std::size_t left() const { return m_bytes.size(); }
    [[nodiscard]] bool ranShort() const { return m_short; }

private:
    Bytes m_bytes;
    bool m_short = false;
};

using BigEndianReader = ByteReader<std::endian::big>;
using LittleEndianReader = ByteReader<std::endian::little>;

/// The way back.
template <std::endian Order>
class ByteWriter {
public:
    template <typename T>
    void put(T value)
    {
        const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
        for (std::size_t i = 0; i < sizeof(T); ++i)
            m_bytes.push_back(raw[Order == std::endian::native ? i : sizeof(T) - 1 - i]);
    }
    void text(std::string_view text)
    {
        for (const char c : text) m_bytes.push_back(static_cast<std::byte>(c));
    }
    void append(Bytes bytes) { m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end()); }
    void pad(std::size_t to)
    {
        while (m_bytes.size() % to != 0) m_bytes.push_back(std::byte{0});
    }
    [[nodiscard]] std::size_t size() const { return m_bytes.size(); }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(m_bytes); }

private:
    std::vector<std::byte> m_bytes;
};

using BigEndianWriter = ByteWriter<std::endian::big>;
using LittleEndianWriter = ByteWriter<std::endian::little>;

[[nodiscard]] inline std::string_view asText(Bytes bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace understudy
