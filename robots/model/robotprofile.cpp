#include "robots/model/robotprofile.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/file.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxProfile = 4ULL << 20;
constexpr std::size_t kMaxCameras = 16;

/// Reads one table and remembers the first thing that is wrong with it.
class TableReader {
public:
    TableReader(const toml::table& table, std::string where, const std::filesystem::path& source,
                std::optional<Error>& error)
        : m_table(table), m_where(std::move(where)), m_source(source), m_error(error)
    {
    }

    void allow(std::initializer_list<std::string_view> keys)
    {
        for (const auto& [key, value] : m_table) {
            if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
            std::string valid;
            for (const std::string_view name : keys) valid += fmt::format("{}{}", valid.empty() ? "" : ", ", name);
            complain(key.source(), fmt::format("unknown key \"{}\"{}; valid are {}", key.str(), place(), valid));
        }
    }

    std::string text(const char* key, std::string fallback = {})
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return fallback;
        if (const auto value = node->value_exact<std::string>()) return *value;
        complain(node->source(), fmt::format("\"{}\"{} must be a text", key, place()));
        return fallback;
    }

    bool flag(const char* key, bool fallback)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return fallback;
        if (const auto value = node->value_exact<bool>()) return *value;
        complain(node->source(), fmt::format("\"{}\"{} must be true or false", key, place()));
        return fallback;
    }

    std::optional<double> number(const char* key)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return std::nullopt;
        if (const auto value = node->value<double>(); value && std::isfinite(*value)) return *value;
        complain(node->source(), fmt::format("\"{}\"{} must be a finite number", key, place()));
        return std::nullopt;
    }

    double number(const char* key, double fallback, double least, double most)
    {
        const double value = number(key).value_or(fallback);
        if (value < least || value > most) {
            complain(m_table.get(key)->source(),
                     fmt::format("\"{}\"{} is {}; it must be from {} to {}", key, place(), value, least, most));
        }
        return value;
    }

    std::vector<double> numbers(const char* key, std::size_t count)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return {};
        std::vector<double> values;
        if (const toml::array* array = node->as_array()) {
            for (const toml::node& element : *array) {
                if (const auto value = element.value<double>(); value && std::isfinite(*value))
                    values.push_back(*value);
            }
            if (values.size() == count && array->size() == count) return values;
        }
        complain(node->source(), fmt::format("\"{}\"{} must be {} finite numbers", key, place(), count));
        return std::vector<double>(count, 0);
    }

    std::vector<std::string> texts(const char* key)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return {};
        std::vector<std::string> values;
        if (const toml::array* array = node->as_array()) {
            for (const toml::node& element : *array) {
                if (const auto value = element.value_exact<std::string>()) values.push_back(*value);
            }
            if (values.size() == array->size()) return values;
        }
        complain(node->source(), fmt::format("\"{}\"{} must be a list of texts", key, place()));
        return {};
    }

    /// X from "position" [m] and "rpy_deg" (roll, pitch, yaw about fixed x, y, z).
    Pose pose()
    {
        Pose pose;
        if (const std::vector<double> p = numbers("position", 3); !p.empty()) pose.position = {p[0], p[1], p[2]};
        if (const std::vector<double> a = numbers("rpy_deg", 3); !a.empty()) {
            constexpr double kDegree = std::numbers::pi / 180;
            pose.orientation = Eigen::AngleAxisd(a[2] * kDegree, Eigen::Vector3d::UnitZ()) *
                               Eigen::AngleAxisd(a[1] * kDegree, Eigen::Vector3d::UnitY()) *
                               Eigen::AngleAxisd(a[0] * kDegree, Eigen::Vector3d::UnitX());
        }
        return pose;
    }

    template <typename Visit>
    void table(const char* key, Visit&& visit)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return;
        if (const toml::table* inner = node->as_table()) {
            TableReader reader(*inner, nest(key), m_source, m_error);
            visit(reader);
        } else {
            complain(node->source(), fmt::format("\"{}\"{} must be a table", key, place()));
        }
    }

    template <typename Visit>
    void tables(const char* key, Visit&& visit)
    {
        const toml::node* node = m_table.get(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        const bool fits = array != nullptr && std::all_of(array->begin(), array->end(),
                                                          [](const toml::node& element) { return element.is_table(); });
        if (!fits) {
            complain(node->source(), fmt::format("\"{}\"{} must be a list of tables, [[{}]]", key, place(), nest(key)));
            return;
        }
        for (const toml::node& element : *array) {
            TableReader reader(*element.as_table(), nest(key), m_source, m_error);
            visit(reader);
        }
    }

    /// Key = number, for every key of the table.
    template <typename Visit>
    void eachNumber(Visit&& visit)
    {
        for (const auto& [key, node] : m_table) {
            const std::string name(key.str());
            if (const std::optional<double> value = number(name.c_str())) visit(name, *value);
        }
    }

    void complain(const toml::source_region& region, const std::string& what)
    {
        if (m_error) return;
        m_error = Error{
            fmt::format("The robot profile {} is wrong in line {}: {}.", m_source.string(), region.begin.line, what)};
    }
    void require(bool condition, const std::string& what)
    {
        if (!condition) complain(m_table.source(), what + place());
    }
    [[nodiscard]] const std::string& where() const { return m_where; }

private:
    [[nodiscard]] std::string place() const { return m_where.empty() ? std::string() : " in [" + m_where + "]"; }
    [[nodiscard]] std::string nest(const char* key) const { return m_where.empty() ? key : m_where + "." + key; }

    const toml::table& m_table;
    std::string m_where;
    const std::filesystem::path& m_source;
    std::optional<Error>& m_error;
};

void readBodyFrame(TableReader& reader, BodyFrame& frame)
{
    frame.body = reader.text("body");
    frame.pose = reader.pose();
    reader.require(!frame.body.empty(), "\"body\" is missing");
}

/// The tool's orientation from where the fingers point and where the back of the hand faces, in the body's frame.
void readHandAxes(TableReader& reader, Pose& pose, Side side)
{
    const std::vector<double> f = reader.numbers("fingers", 3), b = reader.numbers("back", 3);
    if (f.empty() || b.empty()) {
        reader.require(false, "\"fingers\" and \"back\" are missing: directions in the body's frame");
        return;
    }
    const Eigen::Vector3d y = Eigen::Vector3d(f[0], f[1], f[2]) * (side == Side::Left ? 1.0 : -1.0);
    const Eigen::Vector3d back(b[0], b[1], b[2]);
    if (y.norm() < 1e-6 || y.cross(back).norm() < 1e-6 * std::max(1.0, back.norm())) {
        reader.require(false, "\"fingers\" and \"back\" must be directions across each other");
        return;
    }
    Eigen::Matrix3d axes;
    axes.col(1) = y.normalized();
    axes.col(0) = y.cross(back).normalized();
    axes.col(2) = axes.col(0).cross(axes.col(1));
    pose.orientation = Eigen::Quaterniond(axes).normalized();
}

WorkspaceBox readWorkspace(TableReader& reader)
{
    reader.allow({"lower", "upper", "soft", "beyond"});
    WorkspaceBox box;
    if (const std::vector<double> p = reader.numbers("lower", 3); !p.empty()) box.lower = {p[0], p[1], p[2]};
    if (const std::vector<double> p = reader.numbers("upper", 3); !p.empty()) box.upper = {p[0], p[1], p[2]};
    box.soft = reader.number("soft", box.soft, 0.001, 1);
    box.beyond = reader.number("beyond", box.beyond, 0, 10);
    reader.require((box.lower.array() < box.upper.array()).all(), "\"lower\" must lie below \"upper\"");
    return box;
}

void readArm(TableReader& reader, RobotProfile& profile, Side side)
{
    reader.allow({"wrist", "elbow", "shoulder", "joints", "hand", "workspace", "fingertips"});
    ArmProfile arm;
    reader.table("wrist", [&](TableReader& wrist) {
        wrist.allow({"body", "position", "fingers", "back"});
        readBodyFrame(wrist, arm.wrist);
        readHandAxes(wrist, arm.wrist.pose, side);
    });
    reader.require(!arm.wrist.body.empty(), "\"wrist\" is missing");
    arm.elbow = reader.text("elbow");
    arm.shoulder = reader.text("shoulder");
    arm.joints = reader.texts("joints");
    reader.require(!arm.joints.empty(), "\"joints\" is missing or empty");
    reader.table("workspace", [&](TableReader& box) { arm.workspace = readWorkspace(box); });
    profile.arms[static_cast<std::size_t>(indexOf(side))] = std::move(arm);
    reader.table("fingertips", [&](TableReader& tips) {
        static constexpr std::array kFingers{"thumb", "index", "middle", "ring", "little"};
        tips.allow({"thumb", "index", "middle", "ring", "little"});
        for (std::size_t i = 0; i < kFingers.size(); ++i) {
            tips.table(kFingers[i], [&](TableReader& tip) {
                tip.allow({"body", "position"});
                BodyFrame& frame = profile.fingertips[static_cast<std::size_t>(indexOf(side))][i];
                readBodyFrame(tip, frame);
                tip.require(!frame.body.empty(), "\"body\" is missing");
            });
        }
    });
    reader.tables("hand", [&](TableReader& hand) {
        hand.allow({"joint", "open", "closed"});
        ClosureJoint joint;
        joint.joint = hand.text("joint");
        joint.open = hand.number("open").value_or(0);
        joint.closed = hand.number("closed").value_or(0);
        hand.require(!joint.joint.empty(), "\"joint\" is missing");
        profile.hands[static_cast<std::size_t>(indexOf(side))].push_back(std::move(joint));
    });
}

void readLimit(TableReader& reader, RobotProfile& profile)
{
    reader.allow({"joints", "lower", "upper", "velocity", "acceleration", "effort", "contact"});
    LimitRule rule;
    rule.joints = reader.text("joints");
    rule.lower = reader.number("lower");
    rule.upper = reader.number("upper");
    rule.velocity = reader.number("velocity");
    rule.acceleration = reader.number("acceleration");
    rule.effort = reader.number("effort");
    rule.contact = reader.number("contact");
    reader.require(!rule.joints.empty(), "\"joints\" is missing");
    for (const std::optional<double>& value : {rule.velocity, rule.acceleration, rule.effort, rule.contact}) {
        reader.require(!value || *value > 0, "velocity, acceleration, effort and contact must be above 0");
    }
    reader.require(!rule.lower || !rule.upper || *rule.lower <= *rule.upper, "lower is above upper");
    profile.limits.push_back(std::move(rule));
}

void readGain(TableReader& reader, RobotProfile& profile)
{
    reader.allow({"joints", "kp", "kd"});
    GainRule rule;
    rule.joints = reader.text("joints");
    rule.kp = reader.number("kp", 0, 0, 1e6);
    rule.kd = reader.number("kd", 0, 0, 1e6);
    reader.require(!rule.joints.empty(), "\"joints\" is missing");
    profile.gains.push_back(std::move(rule));
}

void readCamera(TableReader& reader, RobotProfile& profile)
{
    reader.allow({"name", "body", "position", "rpy_deg", "vertical_fov_deg", "width", "height", "rate"});
    CameraProfile camera;
    camera.name = reader.text("name");
    const bool plain = !camera.name.empty() &&
                       camera.name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string::npos;
    reader.require(plain, "\"name\" must be letters, digits, '_' and '-'");
    readBodyFrame(reader, camera.mount);
    // Written like a body that looks along its x, z up; a camera looks along z, y down.
    camera.mount.pose.orientation = camera.mount.pose.orientation * Eigen::Quaterniond(0.5, -0.5, 0.5, -0.5);
    camera.verticalFov = reader.number("vertical_fov_deg", 58, 1, 170) * std::numbers::pi / 180;
    camera.width = static_cast<int>(reader.number("width", 640, 16, 4096));
    camera.height = static_cast<int>(reader.number("height", 480, 16, 4096));
    camera.rateHz = reader.number("rate", 30, 1, 120);
    reader.require(camera.width % 2 == 0 && camera.height % 2 == 0, "width and height must be even");
    for (const CameraProfile& other : profile.cameras) {
        reader.require(other.name != camera.name, fmt::format("a second camera is named \"{}\"", camera.name));
    }
    profile.cameras.push_back(std::move(camera));
    reader.require(profile.cameras.size() <= kMaxCameras, fmt::format("there are more than {} cameras", kMaxCameras));
}

void readProfile(TableReader& reader, RobotProfile& profile)
{
    reader.allow({"name", "models", "base", "torso", "head", "waist", "neck", "left", "right", "rest", "limits",
                  "gains", "cameras", "scene", "gravity_compensation", "contact_window", "feet"});
    profile.name = reader.text("name");
    reader.require(!profile.name.empty(), "\"name\" is missing");
    profile.models = reader.texts("models");
    profile.torso = reader.text("torso");
    profile.head = reader.text("head");
    profile.waistJoints = reader.texts("waist");
    profile.neckJoints = reader.texts("neck");
    profile.feet = reader.texts("feet");
    profile.gravityCompensation = reader.flag("gravity_compensation", false);
    profile.contactWindow = reader.number("contact_window", profile.contactWindow, 0, 10);
    reader.table("base", [&](TableReader& base) {
        base.allow({"body", "held", "raise"});
        profile.base = base.text("body");
        profile.baseHeld = base.flag("held", true);
        profile.baseRaise = base.number("raise", 0, -10, 10);
    });
    reader.table("left", [&](TableReader& arm) { readArm(arm, profile, Side::Left); });
    reader.table("right", [&](TableReader& arm) { readArm(arm, profile, Side::Right); });
    reader.table("rest", [&](TableReader& rest) {
        rest.eachNumber([&](const std::string& joint, double value) { profile.rest.push_back({joint, value}); });
    });
    reader.tables("limits", [&](TableReader& limit) { readLimit(limit, profile); });
    reader.tables("gains", [&](TableReader& gain) { readGain(gain, profile); });
    reader.tables("cameras", [&](TableReader& camera) { readCamera(camera, profile); });
    reader.table("scene", [&](TableReader& scene) {
        scene.allow({"file", "position", "rpy_deg"});
        profile.scene = scene.text("file");
        profile.scenePose = scene.pose();
        scene.require(!profile.scene.empty(), "\"file\" is missing");
    });
}

}  // namespace

Result<RobotProfile> RobotProfile::parse(std::string_view text, const std::filesystem::path& source)
{
    RobotProfile profile;
    profile.source = source;
    std::optional<Error> error;
    try {
        const toml::table table = toml::parse(text, source.string());
        TableReader reader(table, {}, source, error);
        readProfile(reader, profile);
    } catch (const toml::parse_error& wrong) {
        return fail(fmt::format("The robot profile {} is wrong in line {}: {}.", source.string(),
                                wrong.source().begin.line, wrong.description()));
    }
    if (error) return tl::unexpected(*error);
    if (!profile.scene.empty() && profile.scene.is_relative()) {
        // A stored profile has its scene beside it, whatever folder it was in before.
        const std::filesystem::path folder = source.parent_path();
        std::error_code ignored;
        const std::filesystem::path beside = folder / profile.scene.filename();
        profile.scene = std::filesystem::exists(beside, ignored) ? beside : folder / profile.scene;
        profile.scene = profile.scene.lexically_normal();
    }
    return profile;
}

Result<RobotProfile> RobotProfile::load(const std::filesystem::path& file)
{
    PosixFileSystem files;
    const Result<std::vector<std::byte>> bytes = readAll(files, file, kMaxProfile);
    if (!bytes) return fail(fmt::format("The robot profile cannot be read: {}", bytes.error().message));
    return parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, file);
}

Result<std::optional<RobotProfile>> RobotProfile::find(std::string_view modelName, const std::filesystem::path& folder)
{
    std::error_code ignored;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
        Result<RobotProfile> profile = load(file);
        if (!profile) return tl::unexpected(profile.error());
        const bool fits = std::any_of(profile->models.begin(), profile->models.end(),
                                      [&](const std::string& pattern) { return matches(pattern, modelName); });
        if (fits) return std::optional(std::move(*profile));
    }
    return std::optional<RobotProfile>();
}

bool matches(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p, ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace understudy
