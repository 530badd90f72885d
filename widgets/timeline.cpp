#include "widgets/timeline.h"

#include <algorithm>

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>

#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kRulerHeight = 28;
constexpr int kTierHeight = 36;
constexpr int kGap = 4;
constexpr double kEdgeGrip = 6;
constexpr double kSnapPixels = 8;
constexpr Duration kShortest = 10 * kMillisecond;

}  // namespace

Timeline::Timeline(QWidget* parent) : QWidget(parent)
{
    setAttribute(Qt::WA_InputMethodEnabled, false);
    setFocusPolicy(Qt::ClickFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Timeline"));
}

void Timeline::setTiers(std::vector<TimelineTier> tiers)
{
    m_tiers = std::move(tiers);
    m_currentTier = std::clamp(m_currentTier, 0, std::max(0, static_cast<int>(m_tiers.size()) - 1));
    updateGeometry();
    update();
}

void Timeline::setMarks(std::vector<TimelineMark> marks)
{
    m_marks = std::move(marks);
    update();
}

void Timeline::setImageTimes(std::vector<Timestamp> times) { m_imageTimes = std::move(times); }

void Timeline::setSnapping(bool snapping)
{
    if (m_snapping == snapping) return;
    m_snapping = snapping;
    emit snappingChanged(snapping);
}

std::vector<Timestamp> Timeline::snapPoints() const
{
    std::vector<Timestamp> points{m_drag.grip == Grip::None ? m_playhead : m_dragPlayhead};
    for (const TimelineMark& mark : m_marks) points.push_back(mark.time);
    for (int tier = 0; tier < static_cast<int>(m_tiers.size()); ++tier) {
        const auto& segments = m_tiers[static_cast<std::size_t>(tier)].segments;
        for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
            if (tier == m_drag.tier && i == m_drag.segment) continue;
            const TimelineSegment& segment = segments[static_cast<std::size_t>(i)];
            points.insert(points.end(), {segment.start, segment.end});
        }
    }
    return points;
}

Timestamp Timeline::snapped(Timestamp time) const
{
    if (!m_snapping) return time;
    const auto nearest = [time](const std::vector<Timestamp>& points) {
        return *std::ranges::min_element(points, {}, [time](Timestamp point) { return std::abs(point - time); });
    };
    const double room = std::max(1, width() - left());
    const auto reach = static_cast<Duration>(kSnapPixels * static_cast<double>(m_axis.to - m_axis.from) / room);
    if (const Timestamp point = nearest(snapPoints()); std::abs(point - time) <= reach) return point;
    if (m_imageTimes.empty()) return time;
    const auto next = std::ranges::lower_bound(m_imageTimes, time);
    if (next == m_imageTimes.end()) return m_imageTimes.back();
    return next == m_imageTimes.begin() || *next - time < time - *(next - 1) ? *next : *(next - 1);
}

bool Timeline::cancelDrag()
{
    if (m_drag.grip == Grip::None) return false;
    m_drag = {};
    m_moved = false;
    m_snappedTo.reset();
    update();
    return true;
}

void Timeline::setDuration(Timestamp duration)
{
    m_duration = std::max<Timestamp>(duration, 100 * kMillisecond);
    setAxis({.from = 0, .to = m_duration});
}

void Timeline::setAxis(const TimeAxis& axis)
{
    if (m_axis == axis) return;
    m_axis = axis;
    update();
    emit axisChanged(axis);
}

void Timeline::setPlayhead(Timestamp time)
{
    if (m_playhead == time) return;
    m_playhead = time;
    if (time < m_axis.from || time > m_axis.to) setAxis(m_axis.moved(time - (m_axis.from + m_axis.to) / 2, m_duration));
    update();
}

void Timeline::select(const QString& segment)
{
    if (m_selected == segment) return;
    m_selected = segment;
    update();
    emit selectionChanged(segment);
}

void Timeline::setCurrentTier(int tier)
{
    if (m_tiers.empty()) return;
    const int wanted = std::clamp(tier, 0, static_cast<int>(m_tiers.size()) - 1);
    if (m_currentTier == wanted) return;
    m_currentTier = wanted;
    update();
    emit currentTierChanged(wanted);
}

QSize Timeline::sizeHint() const
{
    return {800, kRulerHeight + static_cast<int>(m_tiers.size()) * (kTierHeight + kGap) + kGap};
}

QSize Timeline::minimumSizeHint() const { return {320, sizeHint().height()}; }

Timestamp Timeline::timeAt(double x) const
{
    return std::clamp<Timestamp>(m_axis.toTime(x - left(), width() - left()), 0, m_duration);
}

QRectF Timeline::tierRect(int tier) const
{
    return {static_cast<double>(left()), static_cast<double>(kRulerHeight + kGap + tier * (kTierHeight + kGap)),
            static_cast<double>(width() - left()), kTierHeight};
}

QRectF Timeline::segmentRect(int tier, const TimelineSegment& segment) const
{
    QRectF box = tierRect(tier);
    const double room = width() - left();
    box.setRight(left() + m_axis.toX(segment.end, room));
    box.setLeft(left() + m_axis.toX(segment.start, room));
    return box;
}

Timeline::Hit Timeline::hitAt(QPointF position) const
{
    if (position.x() < left()) return {};
    if (position.y() < kRulerHeight) return {.grip = Grip::Ruler};
    for (int tier = 0; tier < static_cast<int>(m_tiers.size()); ++tier) {
        if (!tierRect(tier).contains(position)) continue;
        const auto& segments = m_tiers[static_cast<std::size_t>(tier)].segments;
        Hit inside{.grip = Grip::New, .tier = tier};
        for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
            const QRectF box = segmentRect(tier, segments[static_cast<std::size_t>(i)]);
            const bool narrow = box.width() < 3 * kEdgeGrip;
            if (std::abs(position.x() - box.right()) < kEdgeGrip && !(narrow && position.x() < box.center().x()))
                return {.grip = Grip::End, .tier = tier, .segment = i};
            if (std::abs(position.x() - box.left()) < kEdgeGrip)
                return {.grip = Grip::Start, .tier = tier, .segment = i};
            if (box.contains(position)) inside = {.grip = Grip::Body, .tier = tier, .segment = i};
        }
        return inside;
    }
    return {};
}

void Timeline::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    m_drag = hitAt(event->position());
    m_moved = false;
    m_dragPlayhead = m_playhead;
    Timestamp time = timeAt(event->position().x());
    if (m_drag.grip == Grip::New && !(event->modifiers() & Qt::AltModifier)) time = snapped(time);
    m_dragFrom = time;
    if (m_drag.tier >= 0) setCurrentTier(m_drag.tier);
    if (m_drag.grip == Grip::Ruler) emit scrubbed(time);
    if (m_drag.segment >= 0) {
        m_dragged = m_tiers[static_cast<std::size_t>(m_drag.tier)].segments[static_cast<std::size_t>(m_drag.segment)];
        select(m_dragged.id);
    } else if (m_drag.grip == Grip::New) {
        select({});
        m_dragged = {.start = time, .end = time};
    }
}

void Timeline::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton)) {
        const Grip over = hitAt(event->position()).grip;
        setCursor(over == Grip::Start || over == Grip::End ? Qt::SizeHorCursor
                  : over == Grip::Body                     ? Qt::PointingHandCursor
                                                           : Qt::ArrowCursor);
        return;
    }
    drag(timeAt(event->position().x()), !(event->modifiers() & Qt::AltModifier));
}

void Timeline::drag(Timestamp pointed, bool snapping)
{
    Timestamp time = pointed;
    constexpr double kStartsAfterPixels = 3;
    const double moved = std::abs(m_axis.toX(time, width() - left()) - m_axis.toX(m_dragFrom, width() - left()));
    if (m_drag.grip == Grip::Ruler) {
        emit scrubbed(time);
        return;
    }
    if (m_drag.grip == Grip::None || (!m_moved && moved < kStartsAfterPixels)) return;
    m_moved = true;
    if (snapping && m_drag.grip != Grip::Body) time = snapped(time);
    Timestamp before = 0;
    Timestamp after = m_duration;
    const auto& segments = m_tiers[static_cast<std::size_t>(m_drag.tier)].segments;
    for (int i = 0; i < static_cast<int>(segments.size()); ++i) {
        if (i == m_drag.segment) continue;
        const TimelineSegment& other = segments[static_cast<std::size_t>(i)];
        const Timestamp middle =
            m_drag.segment >= 0 ? segments[static_cast<std::size_t>(m_drag.segment)].start : m_dragFrom;
        if (other.end <= middle) before = std::max(before, other.end);
        if (other.start >= middle) after = std::min(after, other.start);
    }
    switch (m_drag.grip) {
    case Grip::Start:
        m_dragged.start = std::clamp(time, before, m_dragged.end - kShortest);
        break;
    case Grip::End:
        m_dragged.end = std::clamp(time, m_dragged.start + kShortest, after);
        break;
    case Grip::Body: {
        const TimelineSegment& original = segments[static_cast<std::size_t>(m_drag.segment)];
        const Duration length = original.end - original.start;
        const Timestamp wanted = original.start + time - m_dragFrom;
        const Timestamp start = snapping ? snapped(wanted) : wanted;
        m_dragged.start = std::clamp(start, before, std::max(before, after - length));
        m_dragged.end = m_dragged.start + length;
        break;
    }
    case Grip::New:
        m_dragged.start = std::clamp(std::min(time, m_dragFrom), before, after);
        m_dragged.end = std::clamp(std::max(time, m_dragFrom), before, after);
        break;
    case Grip::None:
    case Grip::Ruler:
        break;
    }
    const Timestamp edge = m_drag.grip == Grip::Start || m_drag.grip == Grip::Body ? m_dragged.start
                           : m_drag.grip == Grip::New && time <= m_dragFrom        ? m_dragged.start
                                                                                   : m_dragged.end;
    emit scrubbed(edge);
    m_snappedTo.reset();
    if (snapping && m_snapping && std::ranges::count(snapPoints(), edge) > 0) m_snappedTo = edge;
    update();
}

void Timeline::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    const Hit dropped = std::exchange(m_drag, Hit{});
    m_snappedTo.reset();
    update();
    if (!m_moved) {
        if (dropped.grip == Grip::New) emit scrubbed(m_dragFrom);
        return;
    }
    m_moved = false;
    if (dropped.grip == Grip::New) {
        if (m_dragged.end - m_dragged.start >= kShortest)
            emit createWanted(m_tiers[static_cast<std::size_t>(dropped.tier)].id, m_dragged.start, m_dragged.end);
    } else if (dropped.segment >= 0) {
        emit moveWanted(m_dragged.id, m_dragged.start, m_dragged.end);
    }
}

void Timeline::wheelEvent(QWheelEvent* event)
{
    const double steps = (event->angleDelta().y() + event->angleDelta().x()) / 120.0;
    if (event->modifiers() & Qt::ControlModifier)
        setAxis(m_axis.zoomed(std::pow(0.8, steps), timeAt(event->position().x()), m_duration));
    else
        setAxis(m_axis.moved(static_cast<Duration>(-steps * 0.12 * static_cast<double>(m_axis.to - m_axis.from)),
                             m_duration));
    event->accept();
}

void Timeline::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.background);
    paintRuler(painter);
    for (int tier = 0; tier < static_cast<int>(m_tiers.size()); ++tier) paintTier(painter, tier);

    paintSnap(painter);
    const double room = width() - left();
    const double x = left() + m_axis.toX(m_playhead, room);
    if (x < left()) return;
    painter.setPen(QPen(theme.text, 1.5));
    painter.drawLine(QPointF(x, kRulerHeight - 8), QPointF(x, height()));
    QPainterPath head;
    head.moveTo(x - 5, kRulerHeight - 12);
    head.lineTo(x + 5, kRulerHeight - 12);
    head.lineTo(x, kRulerHeight - 4);
    head.closeSubpath();
    painter.fillPath(head, theme.text);
}

void Timeline::paintSnap(QPainter& painter) const
{
    if (!m_snappedTo) return;
    const double x = left() + m_axis.toX(*m_snappedTo, width() - left());
    painter.setPen(QPen(Theme::current().accent, 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x, kRulerHeight), QPointF(x, height()));
}

void Timeline::paintRuler(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const double room = width() - left();
    painter.setFont(uiFont(11));
    const Duration tick = m_axis.tick(static_cast<int>(room / 80));
    for (Timestamp time = (m_axis.from + tick - 1) / tick * tick; time <= m_axis.to; time += tick) {
        const double x = left() + m_axis.toX(time, room);
        painter.setPen(theme.line);
        painter.drawLine(QPointF(x, kRulerHeight - 6), QPointF(x, kRulerHeight));
        painter.setPen(theme.faint);
        painter.drawText(QRectF(x - 40, 0, 80, kRulerHeight - 8), Qt::AlignCenter, formatTime(time, tick));
    }
    painter.setPen(theme.faint);
    painter.drawText(QRectF(16, 0, left() - 24, kRulerHeight - 8), Qt::AlignLeft | Qt::AlignVCenter, tr("seconds"));
    for (const TimelineMark& mark : m_marks) {
        const double x = left() + m_axis.toX(mark.time, room);
        if (x < left() || x > width()) continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(mark.bad ? theme.bad : theme.accent);
        QPainterPath diamond;
        diamond.addPolygon(QPolygonF({{x, kRulerHeight - 9.0},
                                      {x + 5, kRulerHeight - 4.0},
                                      {x, kRulerHeight + 1.0},
                                      {x - 5, kRulerHeight - 4.0}}));
        painter.drawPath(diamond);
    }
}

void Timeline::paintTier(QPainter& painter, int tier) const
{
    const Theme& theme = Theme::current();
    const TimelineTier& shown = m_tiers[static_cast<std::size_t>(tier)];
    const QRectF lane = tierRect(tier);
    const bool current = tier == m_currentTier;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.panel);
    painter.drawRoundedRect(lane.adjusted(0, 0, -2, 0), 6, 6);
    if (current) {
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(QRectF(4, lane.top() + 8, 3, lane.height() - 16), 1.5, 1.5);
    }
    painter.setFont(uiFont(12, current ? QFont::DemiBold : QFont::Normal));
    painter.setPen(current ? theme.text : theme.muted);
    const QRectF title(16, lane.top(), left() - 24, lane.height());
    painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(shown.title, Qt::ElideRight, static_cast<int>(title.width())));

    painter.save();
    painter.setClipRect(lane);
    for (int i = 0; i < static_cast<int>(shown.segments.size()); ++i) {
        const bool dragged = m_moved && m_drag.tier == tier && m_drag.segment == i;
        const TimelineSegment& segment = dragged ? m_dragged : shown.segments[static_cast<std::size_t>(i)];
        const QRectF box = segmentRect(tier, segment).adjusted(0.5, 2, -0.5, -2);
        if (box.right() >= lane.left() && box.left() <= lane.right()) paintSegment(painter, box, segment);
    }
    if (m_moved && m_drag.grip == Grip::New && m_drag.tier == tier) {
        painter.setPen(QPen(theme.accent, 1.5, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(segmentRect(tier, m_dragged).adjusted(0.5, 2, -0.5, -2), 5, 5);
    }
    painter.restore();
}

void Timeline::paintSegment(QPainter& painter, const QRectF& box, const TimelineSegment& segment) const
{
    const Theme& theme = Theme::current();
    const QColor fill = theme.label(segment.labelIndex);
    const bool isSelected = segment.id == m_selected && !segment.id.isEmpty();
    painter.setBrush(fill);
    painter.setPen(isSelected ? QPen(theme.accent, 2) : QPen(fill.lighter(theme.text.lightness() > 128 ? 135 : 85), 1));
    painter.drawRoundedRect(box, 5, 5);
    if (segment.draft) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QBrush(QColor(255, 255, 255, 46), Qt::BDiagPattern));
        painter.drawRoundedRect(box, 5, 5);
    }
    if (box.width() < 18) return;
    painter.setFont(uiFont(12, QFont::Medium));
    painter.setPen(theme.text);
    const QRectF text = box.intersected(QRectF(left(), 0, width(), height())).adjusted(8, 0, -6, 0);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(segment.label, Qt::ElideRight, static_cast<int>(text.width())));
}

}  // namespace understudy
