#include "xr/bvhfile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxName = 128;
constexpr double kMaxValue = 1e6;
constexpr double kMinFrameTime = 1.0 / 4000;
constexpr double kMaxFrameTime = 1.0;

constexpr std::array<std::string_view, 6> kChannelNames{"Xposition", "Yposition", "Zposition",
                                                        "Xrotation", "Yrotation", "Zrotation"};

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

/// What a message may repeat of the file.
std::string quoted(std::string_view token)
{
    std::string shown;
    for (const char c : token.substr(0, 40)) shown += c >= 0x20 && c < 0x7f ? c : '?';
    return "\"" + shown + (token.size() > 40 ? "…\"" : "\"");
}

std::optional<double> toNumber(std::string_view token)
{
    if (token.size() > 1 && token[0] == '+' && token[1] != '-') token.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
    if (!std::isfinite(value) || std::abs(value) > kMaxValue) return std::nullopt;
    return value;
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text)
    {
        if (m_text.starts_with("\xef\xbb\xbf")) m_text.remove_prefix(3);
    }

    Result<BvhFile> parse()
    {
        if (!equalsIgnoringCase(word(), "HIERARCHY"))
            return refuse("a BVH file begins with HIERARCHY; is this another kind of file?");
        return parseHierarchy().and_then([this] { return parseMotion(); }).map([this] { return std::move(m_file); });
    }

private:
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& what) const
    {
        return fail(fmt::format("line {}: {}", m_tokenLine, what));
    }

    /// The next word on this line or a later one, empty at the end.
    std::string_view word()
    {
        while (m_at < m_text.size() && (isSpace(m_text[m_at]) || m_text[m_at] == '\n')) {
            if (m_text[m_at] == '\n') ++m_line;
            ++m_at;
        }
        m_tokenLine = m_line;
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && !isSpace(m_text[m_at]) && m_text[m_at] != '\n') {
            if (m_text[m_at] == '{' || m_text[m_at] == '}') {
                if (m_at == begin) ++m_at;
                break;
            }
            ++m_at;
        }
        return m_text.substr(begin, m_at - begin);
    }

    std::string_view peek()
    {
        const auto [at, line, tokenLine] = std::tuple(m_at, m_line, m_tokenLine);
        const std::string_view token = word();
        std::tie(m_at, m_line, m_tokenLine) = std::tuple(at, line, tokenLine);
        return token;
    }

    /// The rest of this line up to a brace: names may hold blanks.
    std::string_view restOfName()
    {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && m_text[m_at] != '\n' && m_text[m_at] != '{') ++m_at;
        std::string_view name = m_text.substr(begin, m_at - begin);
        while (!name.empty() && isSpace(name.front())) name.remove_prefix(1);
        while (!name.empty() && isSpace(name.back())) name.remove_suffix(1);
        m_tokenLine = m_line;
        return name;
    }

    Result<double> number(std::string_view what)
    {
        const std::string_view token = word();
        if (token.empty()) return refuse(fmt::format("the file ends where {} is expected; it was cut short", what));
        const std::optional<double> value = toNumber(token);
        if (!value) return refuse(fmt::format("{} is not a usable number for {}", quoted(token), what));
        return *value;
    }

    Result<int> integer(std::string_view what, int least, int most)
    {
        const Result<double> value = number(what);
        if (!value) return tl::unexpected(value.error());
        if (*value != std::floor(*value) || *value < least || *value > most)
            return refuse(fmt::format("{} is {}; a whole number from {} to {} is expected", what, *value, least, most));
        return static_cast<int>(*value);
    }

    Result<void> parseHierarchy()
    {
        if (!equalsIgnoringCase(word(), "ROOT")) return refuse("ROOT is expected after HIERARCHY");
        if (auto opened = openJoint(-1, false); !opened) return opened;
        std::vector<int> open{0};
        while (!open.empty()) {
            const std::string_view token = word();
            const int current = open.back();
            BvhJoint& joint = m_file.joints[static_cast<std::size_t>(current)];
            Result<void> done;
            if (token == "}") {
                if (!m_hasOffset[static_cast<std::size_t>(current)])
                    return refuse(fmt::format("{} has no OFFSET", describe(joint)));
                open.pop_back();
            } else if (equalsIgnoringCase(token, "OFFSET")) {
                done = parseOffset(current);
            } else if (equalsIgnoringCase(token, "CHANNELS")) {
                done = parseChannels(joint);
            } else if (equalsIgnoringCase(token, "JOINT") || equalsIgnoringCase(token, "End")) {
                if (joint.isEndSite) return refuse("an End Site has no children");
                if (open.size() >= kMaxDepth) return refuse(fmt::format("joints nest deeper than {}", kMaxDepth));
                done = openJoint(current, !equalsIgnoringCase(token, "JOINT"));
                if (done) open.push_back(static_cast<int>(m_file.joints.size()) - 1);
            } else if (token.empty()) {
                return refuse("the file ends inside the hierarchy; it was cut short");
            } else {
                return refuse(
                    fmt::format("{} is unexpected; OFFSET, CHANNELS, JOINT, End Site or }} are", quoted(token)));
            }
            if (!done) return done;
        }
        return {};
    }

    static std::string describe(const BvhJoint& joint)
    {
        return joint.isEndSite ? "an End Site" : "joint " + quoted(joint.name);
    }

    Result<void> openJoint(int parent, bool endSite)
    {
        if (m_file.joints.size() >= kMaxBvhJoints)
            return refuse(fmt::format("more than {} joints and End Sites", kMaxBvhJoints));
        BvhJoint joint;
        joint.parent = parent;
        joint.isEndSite = endSite;
        joint.firstChannel = m_file.channelCount;
        if (endSite) {
            if (!equalsIgnoringCase(word(), "Site")) return refuse("Site is expected after End");
            restOfName();
        } else {
            joint.name = std::string(restOfName());
            if (joint.name.empty()) return refuse("a joint has no name");
            if (joint.name.size() > kMaxName) return refuse(fmt::format("a joint's name exceeds {} bytes", kMaxName));
        }
        if (word() != "{") return refuse(fmt::format("{{ is expected after {}", describe(joint)));
        m_file.joints.push_back(std::move(joint));
        m_hasOffset.push_back(false);
        return {};
    }

    Result<void> parseOffset(int index)
    {
        BvhJoint& joint = m_file.joints[static_cast<std::size_t>(index)];
        if (m_hasOffset[static_cast<std::size_t>(index)])
            return refuse(fmt::format("{} has two OFFSETs", describe(joint)));
        for (int axis = 0; axis < 3; ++axis) {
            const Result<double> value = number("an OFFSET");
            if (!value) return tl::unexpected(value.error());
            joint.offset[axis] = *value;
        }
        m_hasOffset[static_cast<std::size_t>(index)] = true;
        return {};
    }

    Result<void> parseChannels(BvhJoint& joint)
    {
        if (joint.isEndSite) return refuse("an End Site has no CHANNELS");
        if (joint.channelCount > 0) return refuse(fmt::format("{} has two lists of CHANNELS", describe(joint)));
        if (&joint != &m_file.joints.back())
            return refuse(fmt::format("the CHANNELS of {} stand after its children", describe(joint)));
        const Result<int> count = integer("the number of CHANNELS", 0, 6);
        if (!count) return tl::unexpected(count.error());
        for (int i = 0; i < *count; ++i) {
            const std::string_view token = word();
            const auto found = std::ranges::find_if(
                kChannelNames, [&](std::string_view name) { return equalsIgnoringCase(name, token); });
            if (found == kChannelNames.end())
                return refuse(fmt::format("{} is no channel; Xposition … Zrotation are, and {} are announced",
                                          quoted(token), *count));
            const auto channel = static_cast<BvhChannel>(std::distance(kChannelNames.begin(), found));
            const auto used = std::span(joint.channels).first(static_cast<std::size_t>(i));
            if (std::ranges::find(used, channel) != used.end())
                return refuse(fmt::format("{} has the channel {} twice", describe(joint), *found));
            joint.channels[static_cast<std::size_t>(i)] = channel;
        }
        joint.channelCount = *count;
        joint.firstChannel = m_file.channelCount;
        m_file.channelCount += *count;
        return {};
    }

    Result<void> parseMotion()
    {
        const std::string_view start = word();
        if (equalsIgnoringCase(start, "ROOT")) return refuse("a second ROOT; one skeleton a file is supported");
        if (start.empty()) return refuse("the file ends before MOTION; it was cut short");
        if (!equalsIgnoringCase(start, "MOTION"))
            return refuse(fmt::format("{} stands where MOTION is expected", quoted(start)));
        if (m_file.channelCount == 0) return refuse("no joint has CHANNELS, so nothing can move");

        if (!equalsIgnoringCase(word(), "Frames:")) return refuse("Frames: is expected after MOTION");
        const Result<int> frames = integer("Frames:", 1, 1'000'000);
        if (!frames) return tl::unexpected(frames.error());
        if (!equalsIgnoringCase(word(), "Frame") || !equalsIgnoringCase(word(), "Time:"))
            return refuse("Frame Time: is expected after Frames:");
        const Result<double> time = number("Frame Time:");
        if (!time) return tl::unexpected(time.error());
        if (*time < kMinFrameTime || *time > kMaxFrameTime)
            return refuse(
                fmt::format("Frame Time: is {} s; {} to {} are expected", *time, kMinFrameTime, kMaxFrameTime));
        m_file.frameCount = *frames;
        m_file.frameTime = *time;

        const std::size_t count = static_cast<std::size_t>(*frames) * static_cast<std::size_t>(m_file.channelCount);
        if (count > (m_text.size() - m_at + 1) / 2)
            return refuse(
                fmt::format("{} frames of {} values are announced, more than the file can hold; it was cut short",
                            *frames, m_file.channelCount));
        m_file.values.reserve(count);
        for (int frame = 0; frame < *frames; ++frame)
            if (auto read = parseFrame(frame); !read) return read;
        if (!peek().empty()) {
            word();
            return refuse(fmt::format("Frames: announces {} but more follow", *frames));
        }
        return {};
    }

    Result<void> parseFrame(int frame)
    {
        for (int i = 0; i < m_file.channelCount; ++i) {
            const int lineBefore = m_tokenLine;
            const std::string_view token = word();
            if (token.empty())
                return i == 0 ? refuse(fmt::format("Frames: announces {} but {} follow; the file was cut short",
                                                   m_file.frameCount, frame))
                              : refuse(fmt::format("frame {} ends after {} of {} values; the file was cut short",
                                                   frame + 1, i, m_file.channelCount));
            if (i > 0 && m_tokenLine != lineBefore) {
                m_tokenLine = lineBefore;
                return refuse(
                    fmt::format("frame {} has {} values; its channels are {}", frame + 1, i, m_file.channelCount));
            }
            const std::optional<double> value = toNumber(token);
            if (!value)
                return refuse(
                    fmt::format("{} in frame {}, value {} is not a usable number", quoted(token), frame + 1, i + 1));
            m_file.values.push_back(static_cast<float>(*value));
        }
        const int line = m_tokenLine;
        const auto [at, current] = std::pair(m_at, m_line);
        if (!word().empty() && m_tokenLine == line)
            return refuse(fmt::format("frame {} has more values than its {} channels", frame + 1, m_file.channelCount));
        m_at = at;
        m_line = current;
        m_tokenLine = line;
        return {};
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    int m_line = 1;
    int m_tokenLine = 1;
    std::vector<bool> m_hasOffset;
    BvhFile m_file;
};

void writeJoint(const BvhFile& file, std::size_t index, int depth, std::string& out)
{
    const BvhJoint& joint = file.joints[index];
    const std::string indent(static_cast<std::size_t>(depth), '\t');
    auto to = std::back_inserter(out);
    fmt::format_to(to, "{}{}\n{}{{\n", indent,
                   joint.isEndSite    ? "End Site"
                   : joint.parent < 0 ? "ROOT " + joint.name
                                      : "JOINT " + joint.name,
                   indent);
    fmt::format_to(to, "{}\tOFFSET {} {} {}\n", indent, joint.offset.x(), joint.offset.y(), joint.offset.z());
    if (!joint.isEndSite) {
        fmt::format_to(to, "{}\tCHANNELS {}", indent, joint.channelCount);
        for (int i = 0; i < joint.channelCount; ++i)
            fmt::format_to(to, " {}",
                           kChannelNames[static_cast<std::size_t>(joint.channels[static_cast<std::size_t>(i)])]);
        out += '\n';
    }
    for (std::size_t child = index + 1; child < file.joints.size(); ++child)
        if (file.joints[child].parent == static_cast<int>(index)) writeJoint(file, child, depth + 1, out);
    out += indent + "}\n";
}

}  // namespace

Result<BvhFile> parseBvh(std::string_view text) { return Parser(text).parse(); }

std::string writeBvh(const BvhFile& file)
{
    std::string out = "HIERARCHY\n";
    writeJoint(file, 0, 0, out);
    fmt::format_to(std::back_inserter(out), "MOTION\nFrames: {}\nFrame Time: {}\n", file.frameCount, file.frameTime);
    for (int frame = 0; frame < file.frameCount; ++frame)
        fmt::format_to(std::back_inserter(out), "{}\n", fmt::join(file.frame(frame), " "));
    return out;
}

}  // namespace understudy
