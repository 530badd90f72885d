#pragma once

#include <vector>

#include <QImage>
#include <QString>

#include "app/studio/labelset.h"
#include "widgets/scene.h"
#include "widgets/signalplot.h"

namespace understudy {

/// What the annotate page shows of one episode, made off the GUI thread and handed over whole. Times: ns since the
/// episode's start.
struct AnnotateEpisode {
    QString id;
    QString title;
    QString instruction;
    Timestamp duration = 0;
    std::vector<QString> cameras;
    std::vector<Timestamp> imageTimes;  ///< of the first camera, for stepping image by image
    std::vector<Plot> plots;
    SceneModel scene;  ///< empty: the episode has no robot model
    std::vector<TimelineMark> marks;
    std::vector<LabelledSegment> segments;
    QString problem;  ///< what could not be read, a sentence
};

struct AnnotateTier {
    QString id;
    QString title;
};

struct AnnotateLabel {
    QString id;     ///< stored
    QString title;  ///< translated
};

/// The picture of one moment.
struct AnnotateMoment {
    Timestamp time = 0;
    std::vector<QImage> images;  ///< as AnnotateEpisode::cameras; null where there is none
    SceneFrame scene;
};

}  // namespace understudy
