#pragma once

#include <optional>

#include "xr/network/streamparser.h"
#include "xr/suits/bytes.h"
#include "xr/suits/canonical.h"

namespace understudy {

/// The 24 bytes in front of every MVN datagram.
struct XsensHeader {
    int type = 0;                ///< 2: pose of quaternions, 20: joint angles, 12: name, 24: centre of mass, 25: time
    std::uint32_t sample = 0;    ///< counter, the same for all datagrams of one pose
    std::uint8_t datagram = 0;   ///< index, with bit 7 on the last
    std::uint8_t items = 0;      ///< in this datagram
    std::uint32_t timeCode = 0;  ///< ms since the recording started
    std::uint8_t character = 0;
    std::uint8_t bodySegments = 0;  ///< 0 before MVN 2019
    std::uint8_t props = 0;
    std::uint8_t fingerSegments = 0;  ///< 0 or 40
};
inline constexpr std::size_t kXsensHeaderBytes = 24;

struct XsensSegment {
    std::uint32_t id = 0;  ///< from 1; beyond the body only the order counts
    Eigen::Vector3f position = Eigen::Vector3f::Zero();
    Eigen::Quaternionf orientation = Eigen::Quaternionf::Identity();
};
inline constexpr std::size_t kXsensSegments = 67;  ///< 23 of the body, 4 props, 40 of the fingers

struct XsensAngle {
    std::uint32_t parent = 0;  ///< 256 * segment + point
    std::uint32_t child = 0;
    Eigen::Vector3f degrees = Eigen::Vector3f::Zero();
};
inline constexpr std::size_t kXsensJoints = 28;  ///< 22 joints and 6 ergonomic ones

/// Header and payload that agree with the bytes there are; nothing otherwise.
struct XsensDatagram {
    XsensHeader header;
    Bytes payload;
};
[[nodiscard]] std::optional<XsensDatagram> readXsens(Bytes bytes);
/// Items of a payload into `into`, as many as there are; nothing when they do not fit their bytes or `into`.
[[nodiscard]] std::optional<std::size_t> readXsensPose(const XsensDatagram& datagram, std::span<XsensSegment> into);
[[nodiscard]] std::optional<std::size_t> readXsensAngles(const XsensDatagram& datagram, std::span<XsensAngle> into);
/// Milliseconds of the day of a time code (25).
[[nodiscard]] std::optional<std::int64_t> readXsensTimeOfDay(const XsensDatagram& datagram);
/// The value of a line "name:…" of the meta data (12).
[[nodiscard]] std::string_view readXsensName(const XsensDatagram& datagram);
/// Position of the centre of mass (24), m.
[[nodiscard]] std::optional<Eigen::Vector3f> readXsensCentreOfMass(const XsensDatagram& datagram);

[[nodiscard]] std::vector<std::byte> writeXsensPose(XsensHeader header, std::span<const XsensSegment> segments);
[[nodiscard]] std::vector<std::byte> writeXsensAngles(XsensHeader header, std::span<const XsensAngle> angles);

/// The body's 23 segments by id, then props, then fingers by order.
[[nodiscard]] OperatorPose xsensToOperator(const XsensHeader& header, std::span<const XsensSegment> segments,
                                           double metresPerUnit);
/// 23 segments, and 40 more when a hand has joints.
[[nodiscard]] std::vector<XsensSegment> operatorToXsens(const OperatorPose& pose);

struct XsensOptions {
    int character = 0;    ///< the paired person; others on the port are passed over
    bool angles = false;  ///< deliver the joint angles (20) as named joints, too
};

/// Poses (02), whole or in fragments, with joint angles (20) where wanted. Metres, or centimetres when pelvis and head
/// lie more than five units apart. The clock is the header's time code.
class XsensParser final : public StreamParser {
public:
    explicit XsensParser(const XsensOptions& options = {});

    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;
    void reset() override;
    [[nodiscard]] const std::vector<std::string>& jointNames() const override { return m_jointNames; }

private:
    static constexpr std::size_t kFragments = 8;

    [[nodiscard]] ParsedPacket takePose(const XsensDatagram& datagram, OperatorSample& sample);
    [[nodiscard]] ParsedPacket takeAngles(const XsensDatagram& datagram, OperatorSample& sample);

    XsensOptions m_options;
    std::vector<std::string> m_jointNames;
    struct Fragment {
        bool here = false;
        std::size_t count = 0;
        std::array<XsensSegment, kXsensSegments> segments{};
    };
    std::array<Fragment, kFragments> m_fragments{};
    std::optional<std::uint32_t> m_sample;  ///< whose fragments these are
    int m_fragmentCount = 0;                ///< 0: the last one has not come
    bool m_seenPose = false;
    double m_metresPerUnit = 1;
    std::array<double, 3 * kXsensJoints> m_angles{};  ///< rad
};

}  // namespace understudy
