#pragma once

#include <optional>
#include <vector>

#include <QColor>
#include <QWidget>

#include "widgets/timeaxis.h"

namespace understudy {

/// A labelled time range as the timeline shows it; [start, end) in ns since the episode's start.
struct TimelineSegment {
    QString id;
    QString label;
    int labelIndex = 0;  ///< hue
    Timestamp start = 0;
    Timestamp end = 0;
    bool draft = false;  ///< hatched until somebody accepts it
};

struct TimelineTier {
    QString id;
    QString title;
    std::vector<TimelineSegment> segments;  ///< by start, not overlapping
};

struct TimelineMark {
    Timestamp time = 0;
    QString text;
    bool bad = false;
};

/// Tiers of segments under a ruler with the playhead. Shows values and tells what the user wants; it changes nothing
/// itself. Drag on empty room makes a segment, an edge or a body moves it, a segment is selected by a click and asked
/// for in whole by a double click; the ruler scrubs. Edges snap to the playhead, marks and other edges, else to the
/// nearest image; Alt holds that off. Ctrl+wheel zooms, the wheel scrolls.
class Timeline final : public QWidget {
    Q_OBJECT

public:
    explicit Timeline(QWidget* parent = nullptr);

    void setTiers(std::vector<TimelineTier> tiers);
    void setMarks(std::vector<TimelineMark> marks);
    /// Where edges may lie when nothing else is near; rising.
    void setImageTimes(std::vector<Timestamp> times);
    void setSnapping(bool snapping);
    [[nodiscard]] bool snaps() const { return m_snapping; }
    /// The place an edge dropped at `time` takes.
    [[nodiscard]] Timestamp snapped(Timestamp time) const;
    /// Drops what is being dragged; false when nothing is.
    bool cancelDrag();
    void setDuration(Timestamp duration);
    void setAxis(const TimeAxis& axis);
    void setPlayhead(Timestamp time);
    void select(const QString& segment);
    void setCurrentTier(int tier);

    [[nodiscard]] const TimeAxis& axis() const { return m_axis; }
    [[nodiscard]] Timestamp playhead() const { return m_playhead; }
    [[nodiscard]] const QString& selected() const { return m_selected; }
    [[nodiscard]] int currentTier() const { return m_currentTier; }
    [[nodiscard]] const std::vector<TimelineTier>& tiers() const { return m_tiers; }
    /// Where time starts on the widget: to the right of the tier titles.
    [[nodiscard]] static int left() { return 132; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void scrubbed(Timestamp time);
    void axisChanged(const TimeAxis& axis);
    void selectionChanged(const QString& segment);
    void currentTierChanged(int tier);
    void createWanted(const QString& tier, Timestamp start, Timestamp end);
    void moveWanted(const QString& segment, Timestamp start, Timestamp end);
    void snappingChanged(bool snapping);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    enum class Grip { None, Ruler, Start, End, Body, New };
    struct Hit {
        Grip grip = Grip::None;
        int tier = -1;
        int segment = -1;
    };

    [[nodiscard]] Hit hitAt(QPointF position) const;
    [[nodiscard]] Timestamp timeAt(double x) const;
    [[nodiscard]] QRectF tierRect(int tier) const;
    [[nodiscard]] QRectF segmentRect(int tier, const TimelineSegment& segment) const;
    void drag(Timestamp pointed, bool snapping);
    [[nodiscard]] std::vector<Timestamp> snapPoints() const;
    void paintSnap(QPainter& painter) const;
    void paintRuler(QPainter& painter) const;
    void paintTier(QPainter& painter, int tier) const;
    void paintSegment(QPainter& painter, const QRectF& box, const TimelineSegment& segment) const;

    std::vector<TimelineTier> m_tiers;
    std::vector<TimelineMark> m_marks;
    std::vector<Timestamp> m_imageTimes;
    TimeAxis m_axis;
    Timestamp m_duration = 10 * kSecond;
    Timestamp m_playhead = 0;
    QString m_selected;
    int m_currentTier = 0;

    Hit m_drag;
    Timestamp m_dragFrom = 0;
    Timestamp m_dragPlayhead = 0;  ///< where it was when the drag began: the drag itself moves it
    TimelineSegment m_dragged;
    bool m_moved = false;
    bool m_snapping = true;
    std::optional<Timestamp> m_snappedTo;  ///< shown while dragging
};

}  // namespace understudy
