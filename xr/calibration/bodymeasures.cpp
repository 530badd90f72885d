#include "xr/calibration/bodymeasures.h"

#include <cmath>

#include <fmt/format.h>

namespace understudy {
namespace {

using Eigen::Vector3d;
using enum BodyJoint;

// Base of the skull to crown, as a share of the height (a person of 1.75 m has it at 1.56 m).
constexpr double kHeadShare = 1.56 / 1.75;

struct Bounds {
    double least;
    double most;
};
constexpr Bounds kHeight{1.2, 2.3};
constexpr Bounds kArm{0.35, 0.8};
constexpr Bounds kForearm{0.15, 0.4};
constexpr Bounds kShoulders{0.2, 0.6};

bool lies(double value, const Bounds& bounds) { return value >= bounds.least && value <= bounds.most; }

}  // namespace

Result<BodyMeasures> measureBody(const std::array<BodyPose, kStanceCount>& stances)
{
    const auto wrist = [&](Stance stance, Side side) {
        const BodyPose& body = stances[static_cast<std::size_t>(stance)];
        const Eigen::AngleAxisd back(-(stance == Stance::TPose ? wristHeadingOf(body) : headingOf(body)),
                                     Vector3d::UnitZ());
        const Vector3d head = body[static_cast<std::size_t>(indexOf(Head))].pose.position;
        const Vector3d at =
            body[static_cast<std::size_t>(indexOf(side == Side::Left ? LeftWrist : RightWrist))].pose.position;
        return Vector3d(back * (at - Vector3d(head.x(), head.y(), 0)));
    };
    BodyMeasures measures;
    measures.height = stances[0][static_cast<std::size_t>(indexOf(Head))].pose.position.z() / kHeadShare;
    if (!lies(measures.height, kHeight))
        return fail(fmt::format("a height of {:.2f} m cannot be: stand upright, with the floor at 0", measures.height));
    for (const Side side : kSides) {
        const auto at = static_cast<std::size_t>(indexOf(side));
        const char* name = side == Side::Left ? "left" : "right";
        const Vector3d hanging = wrist(Stance::Neutral, side);
        const Vector3d outstretched = wrist(Stance::TPose, side);
        const Vector3d bent = wrist(Stance::ElbowsBent, side);
        const double arm = outstretched.z() - hanging.z();
        if (!lies(arm, kArm))
            return fail(fmt::format("a {} arm of {:.2f} m cannot be: repeat the T-pose, arms level", name, arm));
        // The forearm is how far forward the wrist is, and how far up; both are seen.
        const double forearm = ((bent.x() - hanging.x()) + (bent.z() - hanging.z())) / 2;
        if (!lies(forearm, kForearm) || forearm > 0.65 * arm)
            return fail(fmt::format("a {} forearm of {:.2f} m cannot be: repeat the bent elbows, forearms level and "
                                    "upper arms hanging",
                                    name, forearm));
        measures.forearm[at] = forearm;
        measures.upperArm[at] = arm - forearm;
        measures.shoulderWidth += std::abs(outstretched.y()) - arm;
    }
    if (!lies(measures.shoulderWidth, kShoulders))
        return fail(fmt::format("shoulders of {:.2f} m cannot be: repeat the T-pose, arms straight out to the sides",
                                measures.shoulderWidth));
    return measures;
}

}  // namespace understudy
