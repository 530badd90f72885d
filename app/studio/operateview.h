#pragma once

#include <vector>

#include <QImage>
#include <QString>

#include "core/step.h"
#include "storage/recorder.h"
#include "widgets/robotplate.h"
#include "widgets/robotviewport.h"
#include "widgets/scene.h"

namespace understudy {

/// One stream on the operate page's line of health.
struct StreamLine {
    QString name;
    double rateHz = 0;
    double announcedHz = 0;
    qulonglong dropped = 0;
    QString problem;  ///< a sentence; empty while all is well
};

struct CameraPicture {
    QString name;
    QImage image;  ///< null: the one shown before stands
    QString note;
    QString problem;
};

struct LastTake {
    QString id;
    QString outcome;  ///< translated
    bool good = true;
    double seconds = 0;
    QString reason;
    bool setAside = false;  ///< lies in the tray
    QString task;

    bool operator==(const LastTake&) const = default;
};

/// A task that a take may have been of.
struct TaskChoice {
    QString id;
    QString name;
};

/// Who moves the robot.
enum class Driver { Station, Mouse };

/// Everything the operate page shows, as one value; polled by the GUI, made by the session.
struct OperateView {
    bool connected = false;
    PlateText plate;
    bool confirmed = true;  ///< somebody took command of this robot; false: type its serial first
    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason reason = HoldReason::NoRobot;
    std::uint32_t gateOpen = 0;  ///< as TeleopStatus
    bool reset = false;
    bool atHome = false;
    bool canStart = false;
    QString whyNoStart;
    QImage startPicture;  ///< how the table shall look before a take; null: there is none yet

    Driver driver = Driver::Station;
    QString device;  ///< what the station's rig is called
    int side = 0;    ///< the hand the keys move
    std::vector<ViewportHandle> handles;

    bool recording = false;
    double takeSeconds = 0;
    QString task;
    QString instruction;
    bool practice = false;
    int done = 0;
    int wanted = 0;
    std::vector<LastTake> lastTakes;
    std::vector<TaskChoice> tasks;
    QString fault;  ///< the newest, and where its last seconds are kept

    std::vector<StreamLine> streams;
    std::vector<CameraPicture> cameras;
    SceneFrame scene;
    double latencyMs = 0;
    double trackingMm = 0;
    double diskMinutes = -1;
    DiskRoom room = DiskRoom::Enough;
    QString recorderProblem;  ///< of the take, the disk or a stream; empty while all is well
    QString stalls;           ///< of the disk so far; empty: none
    QString awake;            ///< why sleep and lock are not kept away; empty while they are
};

/// Between engaging and letting go: the robot is, or may at once be, in motion.
[[nodiscard]] constexpr bool isEngaged(TeleopPhase phase)
{
    return phase == TeleopPhase::Aligning || phase == TeleopPhase::Engaging || phase == TeleopPhase::Active ||
           phase == TeleopPhase::Hold;
}

}  // namespace understudy
