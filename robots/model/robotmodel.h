#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "robots/model/robotprofile.h"

struct mjModel_;

namespace understudy {

enum class LimitSource : std::uint8_t { Profile, Description, Default };
[[nodiscard]] std::string_view nameOf(LimitSource source);

struct Limit {
    double value = 0;
    LimitSource source = LimitSource::Default;
};

/// Used where neither profile nor description says anything.
inline constexpr double kDefaultVelocity = 3.0;           ///< rad/s
inline constexpr double kDefaultAcceleration = 15.0;      ///< rad/s²
inline constexpr double kDefaultSlideVelocity = 0.5;      ///< m/s
inline constexpr double kDefaultSlideAcceleration = 5.0;  ///< m/s²

/// A controlled joint: one degree of freedom with a position actuator. Units rad, m, N·m, N by kind.
struct JointInfo {
    std::string name;
    std::string body;  ///< the body it moves
    bool prismatic = false;
    Limit lower;  ///< -infinity when unlimited
    Limit upper;  ///< +infinity when unlimited
    Limit velocity;
    Limit acceleration;
    Limit effort;   ///< +infinity when unlimited
    Limit contact;  ///< N·m, N: by how much measured and expected effort may differ; +infinity when not watched
    double kp = 0;
    double kd = 0;
    double rest = 0;
    int qpos = 0;      ///< index into mjData::qpos
    int dof = 0;       ///< index into mjData::qvel and columns of Jacobians
    int actuator = 0;  ///< index into mjData::ctrl
};

struct BodyInfo {
    std::string name;
    int parent = 0;
    bool isRobot = false;
    bool isFree = false;  ///< moves freely in the world: an object, or a floating base that is not held
};

/// Triangles of one visible geometry, decimated; primitives are tessellated.
struct VisualMesh {
    int body = 0;                   ///< index into RobotModel::bodies()
    Pose pose;                      ///< X_BG
    std::array<float, 4> colour{};  ///< red, green, blue, alpha, 0 to 1
    std::vector<Eigen::Vector3f> vertices;
    std::vector<std::uint32_t> triangles;  ///< three indices each, counter-clockwise from outside
};

/// One file of models/<hash>/. `path` is where its content lies now; without a path the content is in `bytes`.
struct ModelFile {
    std::string name;  ///< relative, '/' between folders
    std::filesystem::path path;
    std::vector<std::byte> bytes;
    std::string sha256;  ///< hex
};

struct LoadOptions {
    int trianglesPerLink = 2000;
    std::filesystem::path profiles;  ///< where profiles of known robots lie; empty: the studio's own
};

/// A robot in its scene, ready to be simulated, solved and drawn: description, meshes, profile and scene extras
/// compiled into one MuJoCo model with one position actuator per controlled joint, in order. Immutable; any thread
/// may read it. It must outlive whoever holds a reference.
class RobotModel {
public:
    /// MJCF or URDF. Without a profile the one of a known robot is taken, else one is proposed. Nothing is
    /// written. Fails in words for anything missing, broken, without joints or with more than kMaxJoints.
    [[nodiscard]] static Result<RobotModel> load(const std::filesystem::path& description,
                                                 const std::optional<std::filesystem::path>& profile = std::nullopt,
                                                 const LoadOptions& options = {});

    /// The same model with other mesh detail: same bodies, joints and qpos.
    [[nodiscard]] Result<RobotModel> withDetail(int trianglesPerLink) const;

    RobotModel(RobotModel&&) noexcept;
    RobotModel& operator=(RobotModel&&) noexcept;
    ~RobotModel();

    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] const std::vector<JointInfo>& joints() const;  ///< order of RobotState and JointCommand
    [[nodiscard]] std::vector<std::string> jointNames() const;
    [[nodiscard]] std::optional<int> jointIndex(std::string_view name) const;
    [[nodiscard]] const std::vector<BodyInfo>& bodies() const;  ///< index = MuJoCo's body id; 0 is the world
    [[nodiscard]] std::optional<int> bodyIndex(std::string_view name) const;
    [[nodiscard]] int base() const;  ///< index into bodies()
    [[nodiscard]] const RobotProfile& profile() const;
    /// The profile's text (TOML) where none fitted and one was proposed from the model; else empty.
    [[nodiscard]] const std::string& proposal() const;
    /// Why teleoperation is not possible with this profile (an arm is missing …); empty when it is.
    [[nodiscard]] const std::string& teleoperationGap() const;
    [[nodiscard]] const std::vector<VisualMesh>& visuals() const;
    /// Pairs of robot bodies that overlap at rest; their collision is off.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& touchingAtRest() const;
    /// SHA-256, hex, over every file's name and content.
    [[nodiscard]] const std::string& hash() const;
    [[nodiscard]] const std::vector<ModelFile>&
    files() const;  ///< the first is what load() takes, "profile.toml" its profile
    /// What was odd but bearable, for the log.
    [[nodiscard]] const std::vector<std::string>& warnings() const;

    /// The compiled model; robots only, through robots/model/mujoco.h.
    [[nodiscard]] const mjModel_& mujoco() const;
    /// qpos of the whole scene with the robot at rest and every object where the model puts it.
    [[nodiscard]] const Eigen::VectorXd& restQpos() const;

private:
    struct Data;
    explicit RobotModel(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

/// A file or folder of the studio's resources: from UNDERSTUDY_RESOURCES, beside the installed program, or from the
/// checkout it was built in, in this order.
[[nodiscard]] std::filesystem::path resourcePath(std::string_view relative);

}  // namespace understudy
