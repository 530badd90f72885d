#include "robots/model/profileproposal.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr std::size_t kLeastArmJoints = 4;
constexpr std::size_t kMostArmJoints = 7;
constexpr double kWide = 1.0;  ///< rad, m: what an unlimited joint is moved by when looked at

std::string lower(std::string text)
{
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

bool names(const std::string& text, std::initializer_list<const char*> words)
{
    const std::string plain = lower(text);
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return plain.find(word) != std::string::npos; });
}

bool isFinger(const std::string& name)
{
    return names(name, {"finger", "thumb", "index", "middle", "ring", "pinky", "little", "grip", "claw", "jaw"});
}

std::string quoted(const std::vector<std::string>& values)
{
    std::string text;
    for (const std::string& value : values) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", value);
    return "[" + text + "]";
}

std::string numbers(const Eigen::Vector3d& v)
{
    const auto plain = [](double value) { return std::abs(value) < 5e-5 ? 0.0 : value; };
    return fmt::format("[{:.4g}, {:.4g}, {:.4g}]", plain(v.x()), plain(v.y()), plain(v.z()));
}

/// The axis of a frame nearest to a direction, where one is near; else the direction.
Eigen::Vector3d snapped(const Eigen::Vector3d& direction)
{
    Eigen::Index axis = 0;
    const double most = direction.cwiseAbs().maxCoeff(&axis);
    if (most < 0.9) return direction;
    Eigen::Vector3d plain = Eigen::Vector3d::Zero();
    plain[axis] = direction[axis] > 0 ? 1 : -1;
    return plain;
}

/// One limb: its bodies from the trunk outwards and the joints on the way.
struct Limb {
    int root = 0;
    int end = 0;  ///< body that carries the hand or foot
    std::vector<int> joints;
    std::vector<int> hand;  ///< joints behind the end
    std::vector<int> bodies;
};

/// The model in postures of our choice.
class Tree {
public:
    static Result<Tree> create(const BuiltModel& model)
    {
        Result<MjDataPtr> data = makeMjData(*model.model);
        if (!data) return tl::unexpected(data.error());
        Tree tree(model, std::move(*data));
        if (const Result<void> posed = guardMujoco([&] { tree.pose({}); }); !posed) {
            return tl::unexpected(posed.error());
        }
        tree.measure();
        return tree;
    }

    [[nodiscard]] const BuiltModel& model() const { return *m_model; }
    [[nodiscard]] const JointInfo& joint(int i) const { return m_model->joints[static_cast<std::size_t>(i)]; }
    [[nodiscard]] const std::string& nameOf(int body) const
    {
        return m_model->bodies[static_cast<std::size_t>(body)].name;
    }
    [[nodiscard]] int parentOf(int body) const { return m_model->bodies[static_cast<std::size_t>(body)].parent; }
    [[nodiscard]] const std::vector<int>& childrenOf(int body) const
    {
        return m_children[static_cast<std::size_t>(body)];
    }
    [[nodiscard]] const std::vector<int>& jointsOf(int body) const { return m_joints[static_cast<std::size_t>(body)]; }
    /// Controlled joints of a body and of everything behind it.
    [[nodiscard]] int countBehind(int body) const { return m_behind[static_cast<std::size_t>(body)]; }
    /// Of the visible geometry of a body, in its frame; empty without any.
    [[nodiscard]] const std::vector<Eigen::Vector3d>& shapeOf(int body) const
    {
        return m_shapes[static_cast<std::size_t>(body)];
    }
    /// Mean place of a subtree's bodies, at zero.
    [[nodiscard]] Eigen::Vector3d middleOf(int body) const
    {
        Eigen::Vector3d sum = Eigen::Vector3d::Zero();
        int count = 0;
        visit(body, [&](int each) {
            sum += m_zero[static_cast<std::size_t>(each)].position;
            ++count;
        });
        return sum / count;
    }
    template <typename Visit>
    void visit(int body, Visit&& each) const
    {
        each(body);
        for (const int child : childrenOf(body)) visit(child, each);
    }
    [[nodiscard]] const Pose& atZero(int body) const { return m_zero[static_cast<std::size_t>(body)]; }
    [[nodiscard]] const Eigen::AlignedBox3d& extent() const { return m_extent; }
    /// Limits to look within: an unlimited joint's are ±kWide.
    [[nodiscard]] std::pair<double, double> rangeOf(int i) const
    {
        return {std::max(joint(i).lower.value, -std::numbers::pi), std::min(joint(i).upper.value, std::numbers::pi)};
    }
    [[nodiscard]] double zeroOf(int i) const
    {
        return std::clamp(0.0, joint(i).lower.value, std::max(joint(i).lower.value, joint(i).upper.value));
    }

    /// Every joint at zero but these.
    void pose(const std::vector<std::pair<int, double>>& values)
    {
        std::copy(m_model->restQpos.begin(), m_model->restQpos.end(), m_data->qpos);
        for (std::size_t i = 0; i < m_model->joints.size(); ++i) {
            m_data->qpos[m_model->joints[i].qpos] = zeroOf(static_cast<int>(i));
        }
        for (const auto& [i, value] : values) m_data->qpos[joint(i).qpos] = value;
        mj_kinematics(m_model->model.get(), m_data.get());
    }
    [[nodiscard]] Pose now(int body) const
    {
        const mjtNum* p = m_data->xpos + 3 * body;
        const mjtNum* q = m_data->xquat + 4 * body;
        return {.position = {p[0], p[1], p[2]}, .orientation = {q[0], q[1], q[2], q[3]}};
    }

private:
    Tree(const BuiltModel& model, MjDataPtr data) : m_model(&model), m_data(std::move(data))
    {
        const std::size_t count = model.bodies.size();
        m_children.resize(count);
        m_joints.resize(count);
        m_behind.resize(count);
        m_shapes.resize(count);
        m_zero.resize(count);
        for (std::size_t i = 1; i < count; ++i) {
            if (model.bodies[i].isRobot) {
                m_children[static_cast<std::size_t>(model.bodies[i].parent)].push_back(static_cast<int>(i));
            }
        }
        for (std::size_t k = 0; k < model.joints.size(); ++k) {
            for (std::size_t i = 1; i < count; ++i) {
                if (model.bodies[i].name == model.joints[k].body) m_joints[i].push_back(static_cast<int>(k));
            }
        }
        for (std::size_t i = count; i-- > 1;) {
            m_behind[i] += static_cast<int>(m_joints[i].size());
            m_behind[static_cast<std::size_t>(model.bodies[i].parent)] += m_behind[i];
        }
    }

    void measure()
    {
        for (std::size_t i = 0; i < m_zero.size(); ++i) m_zero[i] = now(static_cast<int>(i));
        for (const VisualMesh& visual : visualsOf(*m_model->model)) {
            if (!m_model->bodies[static_cast<std::size_t>(visual.body)].isRobot) continue;
            for (const Eigen::Vector3f& vertex : visual.vertices) {
                const Eigen::Vector3d point = visual.pose * vertex.cast<double>();
                m_shapes[static_cast<std::size_t>(visual.body)].push_back(point);
                m_extent.extend(m_zero[static_cast<std::size_t>(visual.body)] * point);
            }
        }
    }

    const BuiltModel* m_model;
    MjDataPtr m_data;
    std::vector<std::vector<int>> m_children;
    std::vector<std::vector<int>> m_joints;
    std::vector<int> m_behind;
    std::vector<std::vector<Eigen::Vector3d>> m_shapes;
    std::vector<Pose> m_zero;
    Eigen::AlignedBox3d m_extent;
};

/// Two subtrees on either side of the robot's middle plane.
struct Pair {
    int parent = 0;
    int left = 0;
    int right = 0;
    double height = 0;
};

std::vector<Pair> pairsOf(const Tree& tree, int root)
{
    std::vector<Pair> pairs;
    tree.visit(root, [&](int body) {
        const std::vector<int>& children = tree.childrenOf(body);
        for (const int a : children) {
            for (const int b : children) {
                const Eigen::Vector3d left = tree.middleOf(a);
                const Eigen::Vector3d right = tree.middleOf(b);
                const int count = tree.countBehind(a);
                if (a == b || count < 2 || count != tree.countBehind(b) || left.y() < 0.01) continue;
                const double tolerance = 0.03 + 0.1 * left.y();
                const Eigen::Vector3d mirrored(right.x(), -right.y(), right.z());
                if ((left - mirrored).cwiseAbs().maxCoeff() > tolerance) continue;
                pairs.push_back({.parent = body, .left = a, .right = b, .height = left.z()});
            }
        }
    });
    return pairs;
}

class Proposal {
public:
    explicit Proposal(Tree& tree, std::string name) : m_tree(tree), m_name(std::move(name)) {}

    std::string text()
    {
        findLimbs();
        m_text = fmt::format("# Proposed from the model's tree, names and geometry; correct what is wrong. Units: m, "
                             "rad, s, N·m unless a "
                             "key\n# says deg. See docs/add-a-robot.md.\nname = \"{}\"\n",
                             m_name.empty() ? "robot" : m_name);
        if (!m_name.empty()) m_text += fmt::format("models = [\"{}\"]\n", m_name);
        if (m_torso > 0) m_text += fmt::format("torso = \"{}\"\n", m_tree.nameOf(m_torso));
        findHead();
        if (m_head > 0) m_text += fmt::format("head = \"{}\"\n", m_tree.nameOf(m_head));
        if (const auto waist = waistJoints(); !waist.empty()) m_text += "waist = " + quoted(waist) + "\n";
        if (!m_neck.empty()) m_text += "neck = " + quoted(m_neck) + "\n";
        if (!m_feet.empty()) m_text += "feet = " + quoted(m_feet) + "\n";
        m_text += "gravity_compensation = true\n";
        writeBase();
        for (const Side side : kSides) {
            const Limb& limb = m_arms[static_cast<std::size_t>(indexOf(side))];
            if (!limb.joints.empty()) writeArm(limb, side);
        }
        if (!m_rest.empty()) m_text += "\n[rest]\n" + m_rest;
        writeCameras();
        writeScene();
        return m_text;
    }

private:
    [[nodiscard]] int rootOf() const { return m_tree.model().base; }

    void findLimbs()
    {
        std::vector<Pair> pairs = pairsOf(m_tree, rootOf());
        const auto isArm = [&](const Pair& pair) {
            return m_tree.countBehind(pair.left) >= static_cast<int>(kLeastArmJoints) && !hasLegName(pair.left);
        };
        const auto arms = std::max_element(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
            if (isArm(a) != isArm(b)) return isArm(b);
            return a.height < b.height;
        });
        if (arms != pairs.end() && isArm(*arms)) {
            // Left and right are where they are, whatever they are called.
            m_torso = arms->parent;
            m_arms[0] = limbFrom(arms->left);
            m_arms[1] = limbFrom(arms->right);
            for (Limb& arm : m_arms) {
                if (arm.joints.size() < kLeastArmJoints) arm = {};
            }
        } else {
            findSingleArm();
        }
        const auto legs = std::min_element(pairs.begin(), pairs.end(),
                                           [](const Pair& a, const Pair& b) { return a.height < b.height; });
        if (legs == pairs.end() || legs == arms) return;
        for (const int leg : {legs->left, legs->right}) {
            const Limb limb = limbFrom(leg);
            if (!limb.joints.empty()) m_feet.push_back(m_tree.nameOf(limb.bodies.back()));
        }
    }

    [[nodiscard]] bool hasLegName(int body) const
    {
        bool leg = false;
        m_tree.visit(body, [&](int each) {
            leg = leg || names(m_tree.nameOf(each), {"hip", "leg", "knee", "ankle", "foot", "thigh", "calf"});
        });
        return leg;
    }

    /// A robot of one arm, or of arms that are not each other's mirror: the highest end with joints enough.
    void findSingleArm()
    {
        int best = 0;
        double height = 0;
        m_tree.visit(rootOf(), [&](int body) {
            if (!m_tree.childrenOf(body).empty() || hasLegName(body)) return;
            int joints = 0;
            for (int each = body; each > 0; each = m_tree.parentOf(each)) {
                joints += static_cast<int>(m_tree.jointsOf(each).size());
            }
            if (joints < static_cast<int>(kLeastArmJoints)) return;
            if (best > 0 && m_tree.atZero(body).position.z() <= height) return;
            best = body;
            height = m_tree.atZero(body).position.z();
        });
        if (best == 0) return;
        int root = best;
        for (int each = best; each != rootOf() && each > 0; each = m_tree.parentOf(each)) root = each;
        if (!m_tree.jointsOf(rootOf()).empty()) root = rootOf();
        const std::size_t side = m_tree.atZero(best).position.y() > 0.05 ? 0 : 1;
        m_arms[side] = limbFrom(root);
        if (m_arms[side].joints.size() < kLeastArmJoints) m_arms[side] = {};
    }

    /// The one way outwards until it forks into fingers, or ends.
    Limb limbFrom(int root)
    {
        Limb limb{.root = root};
        int body = root;
        while (true) {
            bool handBegins = false;
            for (const int joint : m_tree.jointsOf(body)) {
                const bool full = limb.joints.size() >= kMostArmJoints;
                const bool finger = limb.joints.size() >= kLeastArmJoints &&
                                    (isFinger(m_tree.joint(joint).name) || m_tree.joint(joint).prismatic);
                handBegins = handBegins || full || finger;
                if (!handBegins) limb.joints.push_back(joint);
            }
            if (handBegins) break;
            limb.bodies.push_back(body);
            std::vector<int> next;
            for (const int child : m_tree.childrenOf(body)) {
                if (m_tree.countBehind(child) > 0) next.push_back(child);
            }
            if (next.empty() || (next.size() > 1 && limb.joints.size() >= kLeastArmJoints)) break;
            body = *std::max_element(next.begin(), next.end(),
                                     [&](int a, int b) { return m_tree.countBehind(a) < m_tree.countBehind(b); });
        }
        if (limb.joints.empty()) return limb;
        limb.end = limb.bodies.back();
        m_tree.visit(limb.root, [&](int each) {
            for (const int joint : m_tree.jointsOf(each)) {
                if (std::find(limb.joints.begin(), limb.joints.end(), joint) == limb.joints.end()) {
                    limb.hand.push_back(joint);
                }
            }
        });
        return limb;
    }

    [[nodiscard]] int bodyOf(int joint) const
    {
        for (std::size_t i = 1; i < m_tree.model().bodies.size(); ++i) {
            if (m_tree.model().bodies[i].name == m_tree.joint(joint).body) return static_cast<int>(i);
        }
        return 0;
    }

    [[nodiscard]] std::vector<std::string> waistJoints() const
    {
        std::vector<std::string> found;
        for (int body = m_torso; body > 0 && body != rootOf(); body = m_tree.parentOf(body)) {
            std::vector<std::string> here;
            for (const int joint : m_tree.jointsOf(body)) here.push_back(m_tree.joint(joint).name);
            found.insert(found.begin(), here.begin(), here.end());
        }
        return found;
    }

    void findHead()
    {
        if (m_torso == 0) return;
        int best = 0;
        double height = m_tree.atZero(m_torso).position.z();
        const double shoulders = m_arms[0].root > 0 ? m_tree.atZero(m_arms[0].root).position.z() : height;
        for (const int child : m_tree.childrenOf(m_torso)) {
            if (child == m_arms[0].root || child == m_arms[1].root) continue;
            m_tree.visit(child, [&](int body) {
                // A name before a moved body, that before one that only stands above the shoulders.
                const bool moved = !m_tree.jointsOf(body).empty();
                const bool named = names(m_tree.nameOf(body), {"head", "neck", "skull"});
                const double z = m_tree.atZero(body).position.z();
                if (!named && z < (moved ? m_tree.atZero(m_torso).position.z() : shoulders)) return;
                if (!named && !moved && m_tree.shapeOf(body).empty()) return;
                const double rank = z + (named ? 20 : moved ? 10 : 0);
                if (rank < height) return;
                best = body;
                height = rank;
            });
        }
        m_head = best > 0 ? best : m_torso;
        for (int body = best; body > 0 && body != m_torso; body = m_tree.parentOf(body)) {
            std::vector<std::string> here;
            for (const int joint : m_tree.jointsOf(body)) here.push_back(m_tree.joint(joint).name);
            m_neck.insert(m_neck.begin(), here.begin(), here.end());
        }
    }

    void writeBase()
    {
        constexpr double kSunk = -0.02;
        m_text += fmt::format("\n[base]\nbody = \"{}\"\nheld = true\n", m_tree.nameOf(rootOf()));
        if (m_tree.extent().isEmpty()) return;
        if (m_tree.model().rootWasFixed && m_tree.extent().min().z() < kSunk) {
            m_raise = -m_tree.extent().min().z();
            m_text += fmt::format("raise = {:.4g}\n", m_raise);
        }
    }

    /// Which of an arm's joints bends it: the one that changes the distance from shoulder to wrist most.
    [[nodiscard]] std::size_t elbowOf(const Limb& limb)
    {
        std::vector<std::size_t> candidates;
        for (std::size_t i = 1; i < limb.joints.size(); ++i) {
            const int joint = limb.joints[i];
            if (names(m_tree.joint(joint).name, {"elbow"}) || names(m_tree.joint(joint).body, {"elbow"})) {
                candidates.push_back(i);
            }
        }
        if (candidates.empty()) {
            for (std::size_t i = 2; i < limb.joints.size(); ++i) candidates.push_back(i);
        }
        const int shoulder = bodyOf(limb.joints[1]);
        const Eigen::Vector3d tip = farthestFrom(bodyOf(limb.joints.back()), limb.end);
        std::size_t best = candidates.front();
        double most = -1;
        for (const std::size_t i : candidates) {
            const auto [low, high] = m_tree.rangeOf(limb.joints[i]);
            double nearest = 1e9, farthest = 0;
            for (int k = 0; k <= 8; ++k) {
                m_tree.pose({{limb.joints[i], low + k * (high - low) / 8}});
                const double distance = (m_tree.now(limb.end) * tip - m_tree.now(shoulder).position).norm();
                nearest = std::min(nearest, distance);
                farthest = std::max(farthest, distance);
            }
            if (farthest - nearest > most + 1e-3) {
                most = farthest - nearest;
                best = i;
            }
        }
        return best;
    }

    /// The far end of what a hand's body and everything fixed to it show, in the frame of `in`, seen from `origin`.
    [[nodiscard]] Eigen::Vector3d farthestFrom(int origin, int in)
    {
        m_tree.pose({});
        const Eigen::Vector3d from = m_tree.now(origin).position;
        std::vector<std::pair<double, Eigen::Vector3d>> points;
        const auto add = [&](int body) {
            for (const Eigen::Vector3d& point : m_tree.shapeOf(body)) {
                const Eigen::Vector3d world = m_tree.now(body) * point;
                points.emplace_back((world - from).norm(), m_tree.now(in).inverse() * world);
            }
        };
        m_tree.visit(in, add);
        if (points.empty()) return Eigen::Vector3d::Zero();
        std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        // The middle of the last centimetres, not one vertex.
        Eigen::Vector3d sum = Eigen::Vector3d::Zero();
        std::size_t count = 0;
        while (count < points.size() && points[count].first > 0.9 * points.front().first) sum += points[count++].second;
        return sum / static_cast<double>(count);
    }

    void writeArm(const Limb& limb, Side side)
    {
        const std::size_t elbow = elbowOf(limb);
        const int elbowBody = bodyOf(limb.joints[elbow]);
        const int shoulderBody = bodyOf(limb.joints[elbow >= 2 ? elbow - 2 : 0]);
        int wrist = bodyOf(limb.joints.back());
        // A hand that is only fixed to the last joint's body names the wrist better than the joint does.
        int named = 0;
        m_tree.visit(wrist, [&](int body) {
            for (int each = body; each != wrist; each = m_tree.parentOf(each)) {
                if (!m_tree.jointsOf(each).empty()) return;
            }
            if (body != wrist && named == 0 && names(m_tree.nameOf(body), {"hand", "palm", "wrist"})) named = body;
            if (named > 0 && m_tree.parentOf(body) == named && names(m_tree.nameOf(body), {"hand"})) named = body;
        });
        if (named > 0) wrist = named;
        m_tree.pose({});
        Eigen::Vector3d offset = Eigen::Vector3d::Zero();
        const double forearm = (m_tree.now(wrist).position - m_tree.now(elbowBody).position).norm();
        constexpr double kShort = 0.04;
        if (forearm < kShort) offset = farthestFrom(elbowBody, wrist);
        const Eigen::Vector3d place = m_tree.now(wrist) * offset;

        Eigen::Vector3d fingers = place - m_tree.now(elbowBody).position;
        if (fingers.norm() < 1e-3) fingers = -Eigen::Vector3d::UnitZ();
        fingers.normalize();
        const double outwards = side == Side::Left ? 1 : -1;
        // Stretched out sideways a hand's back is up; hanging or held forward it is outside.
        Eigen::Vector3d back = std::abs(fingers.y()) > 0.7 ? Eigen::Vector3d::UnitZ() : Eigen::Vector3d(0, outwards, 0);
        if (const auto thumb = thumbOf(limb, place, fingers)) back = outwards * thumb->cross(fingers);
        back = (back - fingers * fingers.dot(back)).normalized();
        const Eigen::Quaterniond into = m_tree.now(wrist).orientation.conjugate();

        std::vector<std::string> joints;
        for (const int joint : limb.joints) joints.push_back(m_tree.joint(joint).name);
        m_text += fmt::format("\n[{}]\nshoulder = \"{}\"\nelbow = \"{}\"\njoints = {}\n",
                              side == Side::Left ? "left" : "right", m_tree.nameOf(shoulderBody),
                              m_tree.nameOf(elbowBody), quoted(joints));
        m_text +=
            fmt::format("wrist = {{ body = \"{}\", position = {}, fingers = {}, back = {} }}\n", m_tree.nameOf(wrist),
                        numbers(offset), numbers(snapped(into * fingers)), numbers(snapped(into * back)));
        writeHand(limb, wrist);
        proposeRest(limb, side, shoulderBody, elbowBody, wrist, offset, into * fingers, into * back);
    }

    /// Where the thumb lies, across the fingers, if the hand has one that is named so.
    [[nodiscard]] std::optional<Eigen::Vector3d> thumbOf(const Limb& limb, const Eigen::Vector3d& place,
                                                         const Eigen::Vector3d& fingers) const
    {
        std::optional<Eigen::Vector3d> found;
        m_tree.visit(limb.end, [&](int body) {
            if (!names(m_tree.nameOf(body), {"thumb"})) return;
            const Eigen::Vector3d to = m_tree.atZero(body).position - place;
            const Eigen::Vector3d across = to - fingers * fingers.dot(to);
            if (!found && across.norm() > 0.01) found = across.normalized();
        });
        return found;
    }

    /// Open is where a finger's end is farther from the other fingers' ends, or from the palm's middle line.
    void writeHand(const Limb& limb, int wrist)
    {
        std::string hand;
        for (const int joint : limb.hand) {
            auto [low, high] = m_tree.rangeOf(joint);
            if (!std::isfinite(m_tree.joint(joint).lower.value)) low = -kWide;
            if (!std::isfinite(m_tree.joint(joint).upper.value)) high = kWide;
            const int moved = bodyOf(joint);
            int tip = moved;
            m_tree.visit(moved, [&](int body) { tip = body; });
            const auto spread = [&](double value) {
                m_tree.pose({{joint, value}});
                std::vector<int> behind;
                m_tree.visit(moved, [&](int body) { behind.push_back(body); });
                Eigen::Vector3d others = Eigen::Vector3d::Zero();
                int count = 0;
                m_tree.visit(limb.end, [&](int body) {
                    const bool own = std::find(behind.begin(), behind.end(), body) != behind.end();
                    if (own || body == limb.end || m_tree.shapeOf(body).empty()) return;
                    others += m_tree.now(body) * middle(body);
                    ++count;
                });
                if (count == 0) others = m_tree.now(wrist) * middle(wrist);
                return (m_tree.now(tip) * middle(tip) - others / std::max(count, 1)).norm();
            };
            const bool lowOpens = spread(low) > spread(high);
            double open = lowOpens ? low : high;
            double closed = lowOpens ? high : low;
            // A finger that rests straight opens to straight, not backwards.
            if (!m_tree.joint(joint).prismatic && low < 0 && high > 0) {
                open = 0;
                closed = std::abs(high) >= std::abs(low) ? high : low;
            }
            hand += fmt::format("{}{{ joint = \"{}\", open = {:.4g}, closed = {:.4g} }}", hand.empty() ? "" : ", ",
                                m_tree.joint(joint).name, open, closed);
            m_rest += fmt::format("\"{}\" = {:.4g}\n", m_tree.joint(joint).name, open);
        }
        if (hand.empty()) return;
        m_text += "hand = [" + hand + "]\n";
        if (limb.hand.size() >= 4) writeFingertips(limb);
    }

    /// Ends of the fingers that are named so, thumb first; a hand with fewer than a thumb and another has none.
    void writeFingertips(const Limb& limb)
    {
        static constexpr std::array<std::array<const char*, 2>, 5> kFingers{
            {{"thumb", "thumb"}, {"index", "fore"}, {"middle", "mid"}, {"ring", "ring"}, {"little", "pinky"}}};
        std::string tips;
        int count = 0;
        for (const auto& [finger, other] : kFingers) {
            int end = 0;
            m_tree.visit(limb.end, [&](int body) {
                if (body != limb.end && names(m_tree.nameOf(body), {finger, other})) end = body;
            });
            if (end == 0 && count == 0) return;
            if (end == 0) continue;
            ++count;
            const Eigen::Vector3d tip = farthestOf(end);
            tips += fmt::format("{}{} = {{ body = \"{}\", position = {} }}", tips.empty() ? "" : ", ", finger,
                                m_tree.nameOf(end), numbers(tip));
        }
        if (count >= 2) m_text += "fingertips = { " + tips + " }\n";
    }

    /// The end of a body's shape, in its frame, seen from its origin.
    [[nodiscard]] Eigen::Vector3d farthestOf(int body) const
    {
        Eigen::Vector3d farthest = Eigen::Vector3d::Zero();
        for (const Eigen::Vector3d& point : m_tree.shapeOf(body)) {
            if (point.norm() > farthest.norm()) farthest = point;
        }
        return farthest;
    }

    [[nodiscard]] Eigen::Vector3d middle(int body) const
    {
        const std::vector<Eigen::Vector3d>& shape = m_tree.shapeOf(body);
        if (shape.empty()) return Eigen::Vector3d::Zero();
        return std::accumulate(shape.begin(), shape.end(), Eigen::Vector3d(Eigen::Vector3d::Zero())) /
               static_cast<double>(shape.size());
    }

    /// Hands before the belly, elbows low and bent, far from every joint's end: by seeded search.
    void proposeRest(const Limb& limb, Side side, int shoulder, int elbow, int wrist, const Eigen::Vector3d& offset,
                     const Eigen::Vector3d& fingers, const Eigen::Vector3d& back)
    {
        const double outwards = side == Side::Left ? 1 : -1;
        m_tree.pose({});
        const double upper = (m_tree.now(elbow).position - m_tree.now(shoulder).position).norm();
        const double lower = (m_tree.now(wrist) * offset - m_tree.now(elbow).position).norm();
        const double reach = upper + lower;
        std::mt19937_64 random(1);
        const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1.0p-53; };
        std::vector<std::pair<int, double>> best;
        for (const int joint : limb.joints) best.emplace_back(joint, m_tree.zeroOf(joint));
        const auto cost = [&](const std::vector<std::pair<int, double>>& values) {
            m_tree.pose(values);
            const Eigen::Vector3d from = m_tree.now(shoulder).position;
            const Pose hand = m_tree.now(wrist);
            const Eigen::Vector3d wanted(0.62 * reach, outwards * 0.12 * reach, -0.5 * reach);
            const Eigen::Vector3d bend(0.05 * reach, outwards * 0.2 * reach, -0.9 * upper);
            double sum = 40 * ((hand * offset) - from - wanted).squaredNorm() / (reach * reach);
            sum += 6 * (m_tree.now(elbow).position - from - bend).squaredNorm() / (reach * reach);
            sum += 0.5 * (hand.orientation * fingers - Eigen::Vector3d::UnitX()).squaredNorm();
            sum += 0.25 * (hand.orientation * back - Eigen::Vector3d(0, outwards, 0)).squaredNorm();
            for (const auto& [joint, value] : values) {
                const auto [low, high] = m_tree.rangeOf(joint);
                const double room = std::min(value - low, high - value);
                sum += 0.02 * value * value + 2.0 * std::pow(std::max(0.25 - room, 0.0), 2);
            }
            return sum;
        };
        double least = cost(best);
        constexpr int kTries = 4000;
        for (int i = 0; i < kTries; ++i) {
            auto values = best;
            const double width = i < kTries / 4 ? 1.0 : std::exp(-5.0 * (i - kTries / 4) / kTries);
            for (auto& [joint, value] : values) {
                const auto [low, high] = m_tree.rangeOf(joint);
                value = i < kTries / 4 ? low + uniform() * (high - low)
                                       : std::clamp(value + width * (2 * uniform() - 1), low, std::max(low, high));
            }
            if (const double found = cost(values); found < least) {
                least = found;
                best = values;
            }
        }
        for (const auto& [joint, value] : best) {
            m_rest += fmt::format("\"{}\" = {:.3f}\n", m_tree.joint(joint).name, value);
        }
    }

    void writeCamera(const std::string& name, const std::string& body, const Eigen::Vector3d& position,
                     const Eigen::Matrix3d& axes, double fov)
    {
        constexpr double kDegrees = 180 / std::numbers::pi;
        const double pitch = std::asin(std::clamp(-axes(2, 0), -1.0, 1.0));
        const double yaw = std::atan2(axes(1, 0), axes(0, 0));
        const double roll = std::atan2(axes(2, 1), axes(2, 2));
        m_text += fmt::format(
            "\n[[cameras]]\nname = \"{}\"\nbody = \"{}\"\nposition = {}\nrpy_deg = {}\nvertical_fov_deg = {}\n", name,
            body, numbers(position), numbers(kDegrees * Eigen::Vector3d(roll, pitch, yaw)), fov);
    }

    void writeCameras()
    {
        if (m_tree.extent().isEmpty()) return;
        m_tree.pose({});
        // Looking along x, z up.
        const auto look = [](Eigen::Vector3d along) {
            Eigen::Matrix3d axes;
            axes.col(0) = along.normalized();
            axes.col(1) = Eigen::Vector3d::UnitZ().cross(axes.col(0)).normalized();
            axes.col(2) = axes.col(0).cross(axes.col(1));
            return axes;
        };
        if (m_head > 0 && m_head != m_torso) {
            Eigen::AlignedBox3d box;
            m_tree.visit(m_head, [&](int body) {
                for (const Eigen::Vector3d& point : m_tree.shapeOf(body)) box.extend(m_tree.now(body) * point);
            });
            if (!box.isEmpty()) {
                const Pose head = m_tree.now(m_head);
                const Eigen::Vector3d place(box.max().x() + 0.02, box.center().y(), box.center().z());
                writeCamera("head", m_tree.nameOf(m_head), head.inverse() * place,
                            head.orientation.conjugate().toRotationMatrix() * look({1, 0, -0.7}), 60);
            }
        }
        const double size = std::max(m_tree.extent().sizes().maxCoeff(), 0.2);
        const Eigen::Vector3d at = m_tree.extent().center() + Eigen::Vector3d(0, 0, m_raise);
        const Eigen::Vector3d from = at + size * Eigen::Vector3d(1.4, 0.5, 0.35);
        writeCamera("overview", "world", from, look(at - from), 46);
    }

    void writeScene()
    {
        const mjModel& model = *m_tree.model().model;
        for (int i = 0; i < model.ngeom; ++i) {
            if (model.geom_type[i] == mjGEOM_PLANE) return;
        }
        m_text += fmt::format("\n[scene]\nfile = \"{}\"\n", resourcePath("robots/scenes/floor.xml").string());
    }

    Tree& m_tree;
    std::string m_name;
    std::array<Limb, kSideCount> m_arms;
    int m_torso = 0;
    int m_head = 0;
    std::vector<std::string> m_neck;
    std::vector<std::string> m_feet;
    std::string m_rest;
    std::string m_text;
    double m_raise = 0;
};

}  // namespace

Result<std::string> proposeProfile(const std::string& modelName, const BuiltModel& model)
{
    Result<Tree> tree = Tree::create(model);
    if (!tree) return tl::unexpected(tree.error());
    Result<std::string> text = guardMujoco([&] { return Proposal(*tree, modelName).text(); });
    return text;
}

}  // namespace understudy
