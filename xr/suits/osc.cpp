#include "xr/suits/osc.h"

namespace understudy {
namespace {

constexpr int kDeepest = 8;
constexpr std::size_t kBundleHeader = 16;

/// A text that ends in a zero, padded to four bytes; takes it off `bytes`.
bool takeText(Bytes& bytes, std::string_view& text)
{
    const std::string_view all = asText(bytes);
    const std::size_t end = all.find('\0');
    if (end == std::string_view::npos) return false;
    const std::size_t padded = (end / 4 + 1) * 4;
    if (padded > bytes.size()) return false;
    text = all.substr(0, end);
    bytes = bytes.subspan(padded);
    return true;
}

bool read(Bytes packet, int depth, const std::function<void(const OscMessage&)>& each)
{
    if (!asText(packet).starts_with(std::string_view("#bundle\0", 8))) {
        OscMessage message;
        std::string_view tags;
        if (!takeText(packet, message.address) || !message.address.starts_with('/')) return false;
        // Very old senders leave the tags out.
        if (!packet.empty() && (!takeText(packet, tags) || !tags.starts_with(','))) return false;
        if (!tags.empty()) message.tags = tags.substr(1);
        message.arguments = packet;
        each(message);
        return true;
    }
    if (depth >= kDeepest || packet.size() < kBundleHeader) return false;
    packet = packet.subspan(kBundleHeader);
    while (!packet.empty()) {
        BigEndianReader in(packet);
        const auto size = in.take<std::int32_t>();
        if (in.ranShort() || size < 0 || static_cast<std::size_t>(size) > in.left()) return false;
        if (!read(in.bytes(static_cast<std::size_t>(size)), depth + 1, each)) return false;
        packet = packet.subspan(4 + static_cast<std::size_t>(size));
    }
    return true;
}

}  // namespace

bool OscArguments::take(float& value)
{
    if (m_tags.empty() || (m_tags[0] != 'f' && m_tags[0] != 'i') || m_bytes.size() < 4) return false;
    BigEndianReader in(m_bytes);
    value = m_tags[0] == 'f' ? in.take<float>() : static_cast<float>(in.take<std::int32_t>());
    m_tags.remove_prefix(1);
    m_bytes = m_bytes.subspan(4);
    return true;
}

bool OscArguments::take(std::string_view& value)
{
    if (m_tags.empty() || m_tags[0] != 's') return false;
    m_tags.remove_prefix(1);
    return takeText(m_bytes, value);
}

bool eachOscMessage(Bytes packet, const std::function<void(const OscMessage&)>& each) { return read(packet, 0, each); }

std::vector<std::byte> OscWriter::message(std::string_view address, std::string_view tags,
                                          const std::vector<std::string>& texts, const std::vector<double>& numbers)
{
    BigEndianWriter out;
    const auto text = [&](std::string_view value) {
        out.text(value);
        out.put(std::uint8_t{0});
        out.pad(4);
    };
    text(address);
    text("," + std::string(tags));
    auto nextText = texts.begin();
    auto nextNumber = numbers.begin();
    for (const char tag : tags) {
        if (tag == 's')
            text(*nextText++);
        else if (tag == 'f')
            out.put(static_cast<float>(*nextNumber++));
        else
            out.put(static_cast<std::int32_t>(*nextNumber++));
    }
    return out.take();
}

std::vector<std::byte> OscWriter::bundle(const std::vector<std::vector<std::byte>>& elements)
{
    BigEndianWriter out;
    out.text(std::string_view("#bundle\0", 8));
    out.put(std::uint64_t{1});
    for (const auto& element : elements) {
        out.put(static_cast<std::int32_t>(element.size()));
        out.append(element);
    }
    return out.take();
}

}  // namespace understudy
