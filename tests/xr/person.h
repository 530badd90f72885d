#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "xr/bvhfile.h"

namespace understudy::test {

/// A person made for a test: joints are added, posed by name, and written as BVH.
class Person {
public:
    static constexpr std::array<BvhChannel, 3> kZyx{BvhChannel::ZRotation, BvhChannel::YRotation,
                                                    BvhChannel::XRotation};

    /// Root joint with positions first; later joints with three rotations in the given order.
    int add(const std::string& name, int parent, const Eigen::Vector3d& offset,
            const std::array<BvhChannel, 3>& order = kZyx)
    {
        BvhJoint joint{.name = name, .parent = parent, .offset = offset, .firstChannel = m_file.channelCount};
        if (parent < 0) joint.channels = {BvhChannel::XPosition, BvhChannel::YPosition, BvhChannel::ZPosition};
        joint.channelCount = parent < 0 ? 6 : 3;
        std::ranges::copy(order, joint.channels.begin() + joint.channelCount - 3);
        m_file.channelCount += joint.channelCount;
        m_file.joints.push_back(joint);
        return static_cast<int>(m_file.joints.size()) - 1;
    }

    void endSite(int parent, const Eigen::Vector3d& offset)
    {
        m_file.joints.push_back(
            {.parent = parent, .offset = offset, .firstChannel = m_file.channelCount, .isEndSite = true});
    }

    /// Degrees or units of one channel in one frame; frames are made as needed.
    void set(int frame, const std::string& name, BvhChannel channel, double value)
    {
        m_file.frameCount = std::max(m_file.frameCount, frame + 1);
        m_file.values.resize(static_cast<std::size_t>(m_file.frameCount * m_file.channelCount));
        for (const BvhJoint& joint : m_file.joints) {
            if (joint.name != name) continue;
            for (int i = 0; i < joint.channelCount; ++i)
                if (joint.channels[static_cast<std::size_t>(i)] == channel)
                    m_file.values[static_cast<std::size_t>(frame * m_file.channelCount + joint.firstChannel + i)] =
                        static_cast<float>(value);
        }
    }

    [[nodiscard]] BvhFile& file() { return m_file; }
    [[nodiscard]] std::string text() const { return writeBvh(m_file); }

    /// Y up, facing +z, a T-pose or (hanging) arms along the body at rest. Names per part in the order hips, spine,
    /// chest, head, and without their side upper leg, lower leg, foot, collar, upper arm, lower arm, hand.
    struct Names {
        std::array<std::string, 4> middle;
        std::array<std::string, 7> sided;
        std::array<std::string, 2> sides{"Left", "Right"};
    };
    static Person standing(const Names& names, double unitsPerMetre, bool hanging)
    {
        Person person;
        person.m_file.frameTime = 1.0 / 60;
        const auto at = [&](double x, double y, double z) {
            return Eigen::Vector3d(unitsPerMetre * Eigen::Vector3d(x, y, z));
        };
        const int hips = person.add(names.middle[0], -1, at(0, 0, 0));
        for (const int side : {0, 1}) {
            const double s = side == 0 ? 1 : -1;
            const auto named = [&](int part) {
                return names.sides[static_cast<std::size_t>(side)] + names.sided[static_cast<std::size_t>(part)];
            };
            const int hip = person.add(named(0), hips, at(s * 0.1, -0.05, 0));
            const int knee = person.add(named(1), hip, at(0, -0.42, 0));
            const int ankle = person.add(named(2), knee, at(0, -0.43, 0));
            person.endSite(ankle, at(0, -0.05, 0.15));
        }
        const int spine = person.add(names.middle[1], hips, at(0, 0.15, 0));
        const int chest = person.add(names.middle[2], spine, at(0, 0.2, 0));
        const int head = person.add(names.middle[3], chest, at(0, 0.25, 0));
        person.endSite(head, at(0, 0.2, 0));
        for (const int side : {0, 1}) {
            const double s = side == 0 ? 1 : -1;
            const auto named = [&](int part) {
                return names.sides[static_cast<std::size_t>(side)] + names.sided[static_cast<std::size_t>(part)];
            };
            const auto along = [&](double length) { return hanging ? at(0, -length, 0) : at(s * length, 0, 0); };
            const int collar = person.add(named(3), chest, at(s * 0.03, 0.15, 0));
            const int shoulder = person.add(named(4), collar, at(s * 0.15, 0, 0));
            const int elbow = person.add(named(5), shoulder, along(0.28));
            const int hand = person.add(named(6), elbow, along(0.25));
            person.endSite(hand, along(0.15));
        }
        person.set(0, names.middle[0], BvhChannel::YPosition, 0.95 * unitsPerMetre);
        return person;
    }

    static Names noitom()
    {
        return {{"Hips", "Spine", "Spine1", "Head"}, {"UpLeg", "Leg", "Foot", "Shoulder", "Arm", "ForeArm", "Hand"}};
    }

private:
    BvhFile m_file;
};

}  // namespace understudy::test
