#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace understudy {

static_assert(std::endian::native == std::endian::little, "files are written in host order");

template <typename T>
concept CdrPrimitive = std::is_arithmetic_v<T>;

/// Appends one message in plain CDR, little-endian (XCDR1), after the four header bytes. Alignment counts from the
/// end of that header.
class CdrWriter {
public:
    /// Replaces the content of `out`, whose capacity is reused.
    explicit CdrWriter(std::vector<std::byte>& out) : m_out(out)
    {
        m_out.assign({std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}});
    }

    template <CdrPrimitive T>
    void put(T value)
    {
        putArray(std::span<const T>(&value, 1));
    }

    void put(std::string_view text)
    {
        put(static_cast<std::uint32_t>(text.size() + 1));
        append(text.data(), text.size());
        m_out.push_back(std::byte{0});
    }

    /// A fixed-size array: no count.
    template <CdrPrimitive T>
    void putArray(std::span<const T> values)
    {
        if (values.empty()) return;
        const std::size_t body = m_out.size() - kHeader;
        m_out.resize(m_out.size() + (sizeof(T) - body % sizeof(T)) % sizeof(T));
        append(values.data(), values.size_bytes());
    }

    template <CdrPrimitive T>
    void putSequence(std::span<const T> values)
    {
        putCount(values.size());
        putArray(values);
    }

    void putCount(std::size_t count) { put(static_cast<std::uint32_t>(count)); }

private:
    static constexpr std::size_t kHeader = 4;

    void append(const void* data, std::size_t size)
    {
        const auto* bytes = static_cast<const std::byte*>(data);
        m_out.insert(m_out.end(), bytes, bytes + size);
    }

    std::vector<std::byte>& m_out;
};

/// Reads one message in plain CDR of either byte order. Never reads past the end: the first value that is not there
/// makes ok() false, and everything after it reads as zero or empty.
class CdrReader {
public:
    explicit CdrReader(std::span<const std::byte> message) : m_body(message)
    {
        if (message.size() < kHeader || message[0] != std::byte{0} || message[1] > std::byte{1}) {
            m_ok = false;
            return;
        }
        m_swap = message[1] == std::byte{0};
        m_body = message.subspan(kHeader);
    }

    [[nodiscard]] bool ok() const { return m_ok; }
    /// Nothing is left to read; what an older version did not write is missing from here on.
    [[nodiscard]] bool atEnd() const { return m_at >= m_body.size(); }

    template <CdrPrimitive T>
    [[nodiscard]] T take()
    {
        T value{};
        takeArray(std::span<T>(&value, 1));
        return value;
    }

    [[nodiscard]] std::string takeString()
    {
        const std::uint32_t size = take<std::uint32_t>();
        if (size == 0 || !has(size)) {
            m_ok = m_ok && size == 0;
            return {};
        }
        const char* text = reinterpret_cast<const char*>(m_body.data() + m_at);
        m_at += size;
        return {text, text[size - 1] == '\0' ? size - 1 : size};
    }

    template <CdrPrimitive T>
    void takeArray(std::span<T> into)
    {
        if (into.empty()) return;
        m_at += (sizeof(T) - m_at % sizeof(T)) % sizeof(T);
        if (!has(into.size_bytes())) {
            m_ok = false;
            std::memset(static_cast<void*>(into.data()), 0, into.size_bytes());
            return;
        }
        std::memcpy(static_cast<void*>(into.data()), m_body.data() + m_at, into.size_bytes());
        m_at += into.size_bytes();
        if (m_swap && sizeof(T) > 1)
            for (T& value : into) value = reversed(value);
    }

    /// Count of a sequence whose items take at least `itemBytes` each; a count that cannot fit fails.
    [[nodiscard]] std::size_t takeCount(std::size_t itemBytes)
    {
        const std::size_t count = take<std::uint32_t>();
        if (!m_ok || count > (m_body.size() - m_at) / itemBytes) {
            m_ok = false;
            return 0;
        }
        return count;
    }

    template <CdrPrimitive T>
    [[nodiscard]] std::vector<T> takeSequence()
    {
        std::vector<T> values(takeCount(sizeof(T)));
        takeArray(std::span<T>(values));
        return values;
    }

private:
    static constexpr std::size_t kHeader = 4;

    [[nodiscard]] bool has(std::size_t size) const
    {
        return m_ok && m_at <= m_body.size() && size <= m_body.size() - m_at;
    }

    template <typename T>
    static T reversed(T value)
    {
        std::byte bytes[sizeof(T)];
        std::memcpy(bytes, &value, sizeof(T));
        for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
        std::memcpy(&value, bytes, sizeof(T));
        return value;
    }

    std::span<const std::byte> m_body;
    std::size_t m_at = 0;
    bool m_swap = false;
    bool m_ok = true;
};

}  // namespace understudy
