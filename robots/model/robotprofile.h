#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/operatorsample.h"
#include "core/result.h"
#include "robots/envelope/workspacebox.h"

namespace understudy {

/// A frame fixed to a body: a tool, a camera.
struct BodyFrame {
    std::string body;
    Pose pose;  ///< X_BF, frame F in the body
};

struct ArmProfile {
    /// The tool. Its frame is oriented like the canonical operator's wrist: when the robot holds its arms out along
    /// ±y with palms down, it has the orientation of the robot's base (x to the thumb, z out of the hand's back).
    BodyFrame wrist;
    std::string elbow;                      ///< body, empty when unknown
    std::string shoulder;                   ///< body, empty when unknown
    std::vector<std::string> joints;        ///< from shoulder to wrist
    std::optional<WorkspaceBox> workspace;  ///< of the wrist frame, in the torso's
};

/// One joint of a hand or gripper; closure 0 commands `open`, 1 commands `closed`.
struct ClosureJoint {
    std::string joint;
    double open = 0;    ///< rad or m
    double closed = 0;  ///< rad or m
};

struct JointValue {
    std::string joint;
    double value = 0;  ///< rad or m
};

/// Narrows a model's limits for the joints a pattern names ('*' and '?').
struct LimitRule {
    std::string joints;
    std::optional<double> lower;         ///< rad or m
    std::optional<double> upper;         ///< rad or m
    std::optional<double> velocity;      ///< rad/s or m/s
    std::optional<double> acceleration;  ///< rad/s² or m/s²
    std::optional<double> effort;        ///< N·m or N
    std::optional<double> contact;       ///< N·m or N that measured and expected effort may differ by
};

/// Position gains for the joints a pattern names; the last rule that matches counts.
struct GainRule {
    std::string joints;
    double kp = 0;  ///< N·m/rad or N/m
    double kd = 0;  ///< N·m·s/rad or N·s/m
};

struct CameraProfile {
    std::string name;
    BodyFrame mount;           ///< X_BC, camera x right, y down, z forward
    double verticalFov = 1.0;  ///< rad
    int width = 640;
    int height = 480;
    double rateHz = 30;
};

/// What a robot's description does not say and teleoperation needs. A TOML file; a value once it is read.
struct RobotProfile {
    std::string name;                 ///< the robot's, e.g. "unitree_g1"
    std::vector<std::string> models;  ///< patterns of the model names it belongs to
    std::filesystem::path source;     ///< file it came from, empty when derived

    std::string base;      ///< body; empty: the robot's root
    bool baseHeld = true;  ///< as on a gantry
    double baseRaise = 0;  ///< m above where the model puts it
    bool gravityCompensation = false;
    double contactWindow = 0.15;  ///< s for which efforts must differ by more than LimitRule::contact

    std::string torso;  ///< body, empty when there is none
    std::string head;   ///< body, empty when there is none
    std::array<std::optional<ArmProfile>, kSideCount> arms;
    std::array<std::vector<ClosureJoint>, kSideCount> hands;
    /// Thumb, index, middle, ring, little: the ends of a dexterous hand's fingers; without a body: no such finger.
    std::array<std::array<BodyFrame, 5>, kSideCount> fingertips;
    std::vector<std::string> waistJoints;
    std::vector<std::string> neckJoints;
    std::vector<std::string> feet;  ///< bodies that stand on the floor

    std::vector<JointValue> rest;
    std::vector<LimitRule> limits;
    std::vector<GainRule> gains;
    std::vector<CameraProfile> cameras;

    std::filesystem::path scene;  ///< MJCF whose world is added to the robot's, empty: none
    Pose scenePose;

    /// Everything is checked that can be without a model: unknown keys, types, sizes, numbers that are not finite.
    [[nodiscard]] static Result<RobotProfile> load(const std::filesystem::path& file);
    /// `source` names the text in errors; relative paths in it are taken from its folder.
    [[nodiscard]] static Result<RobotProfile> parse(std::string_view toml, const std::filesystem::path& source);
    /// The profile in a folder whose `models` fits; none is not an error, a broken profile is.
    [[nodiscard]] static Result<std::optional<RobotProfile>> find(std::string_view modelName,
                                                                  const std::filesystem::path& folder);
};

/// Whether a text fits a pattern of characters, '*' (any run) and '?' (any one).
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

}  // namespace understudy
