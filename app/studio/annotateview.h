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
    QString instructionZh;
    QString instructionEn;
    Timestamp duration = 0;
    std::vector<QString> cameras;
    double cameraAspect = 4.0 / 3;      ///< width over height of the first camera
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
    QString id;          ///< stored
    QString title;       ///< in the window's language
    QString otherTitle;  ///< in the other one
    QString initials;    ///< of the Chinese title's pinyin, for typing
};

/// Where an annotator left off.
struct AnnotatePlace {
    QString episode;
    Timestamp playhead = 0;
    TimeAxis axis{.from = 0, .to = 0};  ///< empty: the whole episode
    QString selected;
    int tier = 0;

    bool operator==(const AnnotatePlace&) const = default;
};

/// The picture of one moment.
struct AnnotateMoment {
    Timestamp time = 0;
    std::vector<QImage> images;  ///< as AnnotateEpisode::cameras; null where there is none
    std::vector<QString> notes;  ///< as images: why there is none
    SceneFrame scene;
};

}  // namespace understudy
