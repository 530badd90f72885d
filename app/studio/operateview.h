#pragma once

#include <vector>

#include <QImage>
#include <QString>

#include "core/step.h"
#include "widgets/robotplate.h"
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
    QImage image;
    QString note;
    QString problem;
};

struct LastTake {
    QString id;
    QString outcome;  ///< translated
    bool good = true;
    double seconds = 0;
    QString reason;
};

/// Everything the operate page shows, as one value; polled by the GUI, made by the session.
struct OperateView {
    bool connected = false;
    PlateText plate;
    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason reason = HoldReason::NoRobot;
    bool reset = false;
    bool canStart = false;
    QString whyNoStart;

    bool recording = false;
    double takeSeconds = 0;
    QString task;
    QString instruction;
    int done = 0;
    int wanted = 0;
    std::vector<LastTake> lastTakes;

    std::vector<StreamLine> streams;
    std::vector<CameraPicture> cameras;
    SceneFrame scene;
    double latencyMs = 0;
    double trackingMm = 0;
    double diskMinutes = -1;
};

}  // namespace understudy
