#include "xr/bvhmotion.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/file.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxFileSize = 256ULL << 20U;

double wholeRate(double frameTime)
{
    const double rate = 1.0 / frameTime;
    const double whole = std::round(rate);
    return std::abs(rate - whole) < 1e-3 * rate ? whole : rate;
}

/// The floor: the standing foot, leaving out the moments when toes dip.
double floorHeight(const BvhFile& file, const BvhSkeleton& skeleton)
{
    const int stride = std::max(1, file.frameCount / 2000);
    std::vector<double> heights;
    for (int frame = 0; frame < file.frameCount; frame += stride)
        if (const auto height = skeleton.lowest(file, file.frame(frame))) heights.push_back(*height);
    if (heights.empty()) return 0;
    const auto low = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 10);
    std::ranges::nth_element(heights, low);
    return *low;
}

/// Yaw of a body whose +x, or lying on its face or back whose +y, shows the heading.
double yawOf(const Eigen::Quaterniond& orientation)
{
    const Eigen::Vector3d ahead = orientation * Eigen::Vector3d::UnitX();
    if (std::hypot(ahead.x(), ahead.y()) > 0.1) return std::atan2(ahead.y(), ahead.x());
    const Eigen::Vector3d left = orientation * Eigen::Vector3d::UnitY();
    return std::atan2(-left.x(), left.y());
}

}  // namespace

BvhMotion::BvhMotion(BvhFile file, BvhSkeleton skeleton, std::string name)
    : m_file(std::move(file)),
      m_skeleton(std::move(skeleton)),
      m_name(std::move(name)),
      m_rate(wholeRate(m_file.frameTime))
{
    OperatorSample first;
    m_skeleton.pose(m_file, m_file.frame(0), first.body);
    const Pose& pelvis = first.at(BodyJoint::Pelvis).pose;
    const Eigen::Quaterniond turn(Eigen::AngleAxisd(-yawOf(pelvis.orientation), Eigen::Vector3d::UnitZ()));
    m_start.orientation = turn;
    m_start.position = turn * -pelvis.position;
    m_start.position.z() = -floorHeight(m_file, m_skeleton);
}

Result<BvhMotion> BvhMotion::load(const std::filesystem::path& path, const BvhOptions& options)
{
    PosixFileSystem files;
    const auto bytes = readAll(files, path, kMaxFileSize);
    if (!bytes) return fail("cannot read the motion " + path.string() + ": " + bytes.error().message);
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    return parse(text, path.filename().string(), options).map_error([&](const Error& error) {
        return Error{"motion " + path.string() + ": " + error.message};
    });
}

Result<BvhMotion> BvhMotion::parse(std::string_view text, const std::string& name, const BvhOptions& options)
{
    auto file = parseBvh(text);
    if (!file) return tl::unexpected(file.error());
    auto skeleton = BvhSkeleton::of(*file, options);
    if (!skeleton) return tl::unexpected(skeleton.error());
    return BvhMotion(std::move(*file), std::move(*skeleton), name);
}

OperatorSample BvhMotion::sampleAt(double seconds) const
{
    const int last = m_file.frameCount - 1;
    const double place = std::clamp(std::isfinite(seconds) ? seconds * m_rate : 0.0, 0.0, static_cast<double>(last));
    const int before = std::min(static_cast<int>(place + 1e-6), last);
    const double between = place - before;

    OperatorSample sample;
    m_skeleton.pose(m_file, m_file.frame(before), sample.body);
    if (between > 1e-6 && before < last) {
        std::array<TrackedPose, kBodyJointCount> next;
        m_skeleton.pose(m_file, m_file.frame(before + 1), next);
        for (std::size_t i = 0; i < next.size(); ++i) {
            Pose& pose = sample.body[i].pose;
            pose.position += between * (next[i].pose.position - pose.position);
            pose.orientation = pose.orientation.slerp(between, next[i].pose.orientation);
        }
    }
    for (TrackedPose& joint : sample.body)
        if (joint.valid) joint.pose = m_start * joint.pose;
    return sample;
}

}  // namespace understudy
