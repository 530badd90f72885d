#include "robots/model/handretargeter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr double kPinch = 0.03;       ///< m between the person's fingertips that closes
constexpr double kLetGo = 0.05;       ///< m that opens again
constexpr double kClosed = 1e-4;      ///< m between the robot's fingertips when pinched
constexpr double kPinchWeight = 200;  ///< of a pinched pair; squared errors
constexpr double kWristWeight = 10;
constexpr double kPairWeight = 1;
constexpr double kStay = 1e-3;                            ///< towards the posture of the sample before
constexpr double kStraighten = 1e-4;                      ///< towards the open hand
constexpr double kLongestMove = 0.35;                     ///< rad per step
constexpr double kLeastLength = 0.03, kMostLength = 0.3;  ///< m, of a person's finger from the wrist
constexpr int kSteps = 2;

constexpr std::array<HandJoint, HandRetargeter::kFingers> kTips{
    HandJoint::ThumbTip, HandJoint::IndexTip, HandJoint::MiddleTip, HandJoint::RingTip, HandJoint::LittleTip};
constexpr std::array<HandJoint, HandRetargeter::kFingers> kRoots{HandJoint::ThumbMetacarpal, HandJoint::IndexMetacarpal,
                                                                 HandJoint::MiddleMetacarpal, HandJoint::RingMetacarpal,
                                                                 HandJoint::LittleMetacarpal};

/// From the wrist's frame along the bodies of a finger to its tip, m: the same whether it is bent or not.
Result<double> lengthAlong(const RobotModel& model, const BodyFrame& wrist, const BodyFrame& tip)
{
    std::vector<BodyFrame> frames{tip};
    const auto end = model.bodyIndex(wrist.body);
    for (int body = *model.bodyIndex(tip.body); body > 0 && body != end;
         body = model.bodies()[static_cast<std::size_t>(body)].parent) {
        frames.push_back({.body = model.bodies()[static_cast<std::size_t>(body)].name});
    }
    frames.push_back(wrist);
    const Result<Kinematics> kinematics = Kinematics::create(model, {}, frames);
    if (!kinematics) return tl::unexpected(kinematics.error());
    double length = 0;
    for (int i = 1; i < static_cast<int>(frames.size()); ++i) {
        length += (kinematics->pose(i).position - kinematics->pose(i - 1).position).norm();
    }
    return length;
}

bool usable(const TrackedPose& joint) { return joint.valid && joint.pose.isFinite(); }

}  // namespace

Result<std::unique_ptr<HandRetargeter>> HandRetargeter::create(const RobotModel& model, Side side)
{
    const auto i = static_cast<std::size_t>(indexOf(side));
    const RobotProfile& profile = model.profile();
    const auto& tips = profile.fingertips[i];
    if (!profile.arms[i] || profile.hands[i].empty()) return std::unique_ptr<HandRetargeter>();
    std::vector<BodyFrame> frames{profile.arms[i]->wrist};
    std::array<int, kFingers> frameOf{-1, -1, -1, -1, -1};
    for (std::size_t f = 0; f < kFingers; ++f) {
        if (tips[f].body.empty()) continue;
        frameOf[f] = static_cast<int>(frames.size());
        frames.push_back(tips[f]);
    }
    if (frameOf[0] < 0 || frames.size() < 3) return std::unique_ptr<HandRetargeter>();
    std::vector<int> joints;
    for (const ClosureJoint& joint : profile.hands[i]) {
        const auto index = model.jointIndex(joint.joint);
        if (index) joints.push_back(*index);
    }
    Result<Kinematics> kinematics = Kinematics::create(model, joints, frames);
    if (!kinematics) return tl::unexpected(kinematics.error());
    std::unique_ptr<HandRetargeter> hand(new HandRetargeter(std::move(*kinematics), frameOf));

    hand->m_all.resize(std::ssize(model.joints()));
    for (Eigen::Index k = 0; k < hand->m_all.size(); ++k) {
        hand->m_all[k] = model.joints()[static_cast<std::size_t>(k)].rest;
    }
    for (std::size_t k = 0; k < joints.size(); ++k) {
        const JointInfo& info = model.joints()[static_cast<std::size_t>(joints[k])];
        hand->m_lower.push_back(info.lower.value);
        hand->m_upper.push_back(info.upper.value);
        double open = info.rest;
        for (const ClosureJoint& joint : profile.hands[i]) {
            if (joint.joint == info.name) open = joint.open;
        }
        hand->m_open.push_back(std::clamp(open, info.lower.value, info.upper.value));
        hand->m_all[joints[k]] = hand->m_open.back();
    }
    for (int f = 0; f < kFingers; ++f) {
        if (frameOf[static_cast<std::size_t>(f)] < 0) continue;
        const Result<double> length = lengthAlong(model, profile.arms[i]->wrist, tips[static_cast<std::size_t>(f)]);
        if (!length) return tl::unexpected(length.error());
        hand->m_length[static_cast<std::size_t>(f)] = *length;
        hand->m_vectors.push_back({.from = -1, .to = f, .weight = kWristWeight});
        if (f > 0) hand->m_vectors.push_back({.from = 0, .to = f, .weight = kPairWeight});
    }
    const auto count = static_cast<Eigen::Index>(joints.size());
    hand->m_normal.setZero(count, count);
    hand->m_gradient.setZero(count);
    hand->m_move.setZero(count);
    hand->m_solver = Eigen::LDLT<Eigen::MatrixXd>(count);
    hand->m_from.setZero(6, count);
    hand->m_to.setZero(6, count);
    return hand;
}

/// In the wrist's frame.
Pose HandRetargeter::tip(int finger) const
{
    return m_kinematics.pose(m_wrist).inverse() * m_kinematics.pose(m_frames[static_cast<std::size_t>(finger)]);
}

bool HandRetargeter::update(const std::array<TrackedPose, kHandJointCount>& hand, Eigen::VectorXd& joints)
{
    const auto at = [&](HandJoint joint) -> const TrackedPose& {
        return hand[static_cast<std::size_t>(indexOf(joint))];
    };
    const TrackedPose& wrist = at(HandJoint::Wrist);
    if (!usable(wrist) || std::abs(wrist.pose.orientation.norm() - 1) > 0.1) return false;
    std::array<Eigen::Vector3d, kFingers> tips;
    for (std::size_t f = 0; f < kFingers; ++f) {
        if (m_frames[f] < 0) continue;
        if (!usable(at(kTips[f]))) return false;
        tips[f] = wrist.pose.orientation.normalized().conjugate() * (at(kTips[f]).pose.position - wrist.pose.position);
        // Along the bones: the same whether the finger is bent or not.
        double length = 0;
        Eigen::Vector3d before = wrist.pose.position;
        for (int k = indexOf(kRoots[f]); k <= indexOf(kTips[f]); ++k) {
            const TrackedPose& joint = hand[static_cast<std::size_t>(k)];
            if (!usable(joint)) continue;
            length += (joint.pose.position - before).norm();
            before = joint.pose.position;
        }
        if (length < kLeastLength || length > kMostLength) return false;
        m_humanLength[f] = m_humanLength[f] == 0 ? length : m_humanLength[f] + 0.01 * (length - m_humanLength[f]);
    }
    for (Vector& vector : m_vectors) {
        const auto to = static_cast<std::size_t>(vector.to);
        if (vector.from < 0) {
            vector.wanted = tips[to] * (m_length[to] / m_humanLength[to]);
            continue;
        }
        const Eigen::Vector3d between = tips[to] - tips[0];
        const double gap = between.norm();
        m_pinched[to] = gap < (m_pinched[to] ? kLetGo : kPinch);
        vector.weight = m_pinched[to] ? kPinchWeight : kPairWeight;
        const double scale = (m_length[to] + m_length[0]) / (m_humanLength[to] + m_humanLength[0]);
        vector.wanted = m_pinched[to] ? Eigen::Vector3d(between * (kClosed / std::max(gap, 1e-6)))
                                      : Eigen::Vector3d(between * scale);
    }
    for (int i = 0; i < kSteps; ++i) step();
    for (const int joint : m_kinematics.variables()) joints[joint] = m_all[joint];
    return true;
}

void HandRetargeter::step()
{
    m_kinematics.update(m_all);
    const Eigen::Matrix3d into = m_kinematics.pose(m_wrist).orientation.conjugate().toRotationMatrix();
    m_normal.setZero();
    m_gradient.setZero();
    for (const Vector& vector : m_vectors) {
        m_kinematics.jacobian(m_frames[static_cast<std::size_t>(vector.to)], m_to);
        Eigen::Vector3d is = tip(vector.to).position;
        if (vector.from >= 0) {
            m_kinematics.jacobian(m_frames[static_cast<std::size_t>(vector.from)], m_from);
            is -= tip(vector.from).position;
            m_to.topRows<3>() -= m_from.topRows<3>();
        }
        const Eigen::Vector3d missing = into.transpose() * (vector.wanted - is);
        for (Eigen::Index a = 0; a < m_gradient.size(); ++a) {
            const Eigen::Vector3d column = vector.weight * m_to.col(a).head<3>();
            m_gradient[a] += column.dot(missing);
            for (Eigen::Index b = 0; b <= a; ++b) m_normal(a, b) += column.dot(m_to.col(b).head<3>());
        }
    }
    const std::vector<int>& joints = m_kinematics.variables();
    for (Eigen::Index a = 0; a < m_gradient.size(); ++a) {
        const auto k = static_cast<std::size_t>(a);
        const double value = m_all[joints[k]];
        m_normal(a, a) += kStay + kStraighten;
        m_gradient[a] += kStraighten * (m_open[k] - value);
        // A joint at its end that would go on stays there.
        const bool ends = (value <= m_lower[k] && m_gradient[a] < 0) || (value >= m_upper[k] && m_gradient[a] > 0);
        if (!ends) continue;
        m_normal.row(a).head(a).setZero();
        m_normal.col(a).tail(m_gradient.size() - a - 1).setZero();
        m_normal(a, a) = 1;
        m_gradient[a] = 0;
    }
    m_solver.compute(m_normal);
    m_move = m_solver.solve(m_gradient);
    if (!m_move.allFinite()) return;
    const double longest = m_move.cwiseAbs().maxCoeff();
    if (longest > kLongestMove) m_move *= kLongestMove / longest;
    for (std::size_t k = 0; k < joints.size(); ++k) {
        m_all[joints[k]] = std::clamp(m_all[joints[k]] + m_move[static_cast<Eigen::Index>(k)], m_lower[k], m_upper[k]);
    }
}

}  // namespace understudy
