#pragma once

#include <array>
#include <vector>

#include <QCoreApplication>

#include "core/operatorsample.h"
#include "robots/model/robotmodel.h"
#include "storage/read/episodereader.h"
#include "widgets/scene.h"
#include "widgets/signalplot.h"

namespace understudy {

/// Makes the plots an annotator finds edges by: how fast each wrist goes, how far each hand is closed, and what its
/// fingers push with. Without a robot model, the first joints as they were measured.
class EpisodeSignals {
    Q_DECLARE_TR_FUNCTIONS(EpisodeSignals)

public:
    /// `model` null: the episode has none.
    EpisodeSignals(const RobotModel* model, const std::vector<std::string>& jointNames);

    void add(const RobotState& state, Timestamp time);
    void add(const ContactSample& contacts, const std::vector<std::string>& bodies, Timestamp time);
    /// The wrists at a time, in the world, one per arm of the model.
    void addWrists(const std::vector<Pose>& wrists, Timestamp time);

    /// Those with something in them.
    [[nodiscard]] std::vector<Plot> take();

private:
    struct Hand {
        bool exists = false;
        std::vector<std::pair<std::size_t, std::pair<double, double>>> joints;  ///< index, open, closed
        std::vector<std::string> bodies;
        PlotCurve speed;
        PlotCurve grip;
        PlotCurve force;
        Eigen::Vector3d lastWrist = Eigen::Vector3d::Zero();
        Timestamp lastTime = -1;
    };

    std::array<Hand, kSideCount> m_hands;
    std::vector<PlotCurve> m_joints;  ///< without a model
};

}  // namespace understudy
