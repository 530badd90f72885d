#include "widgets/signalplot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "widgets/theme.h"
#include "widgets/timeline.h"

namespace understudy {

SignalPlot::SignalPlot(QWidget* parent) : QWidget(parent)
{
    setAttribute(Qt::WA_InputMethodEnabled, false);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SignalPlot::setPlot(Plot plot)
{
    m_plot = std::move(plot);
    setAccessibleName(m_plot.title);
    m_low = std::numeric_limits<float>::max();
    m_high = std::numeric_limits<float>::lowest();
    for (const PlotCurve& curve : m_plot.curves)
        for (const float value : curve.values)
            if (std::isfinite(value)) {
                m_low = std::min(m_low, value);
                m_high = std::max(m_high, value);
            }
    if (m_low > m_high) m_low = m_high = 0;
    const float least = std::max(1e-6F, 0.02F * std::max(std::abs(m_low), std::abs(m_high)));
    if (m_high - m_low < least) {
        m_low -= least;
        m_high += least;
    }
    m_back = {};
    update();
}

void SignalPlot::setAxis(const TimeAxis& axis)
{
    m_axis = axis;
    m_back = {};
    update();
}

void SignalPlot::setPlayhead(Timestamp time)
{
    if (m_playhead == time) return;
    m_playhead = time;
    update();
}

QRectF SignalPlot::area() const
{
    return {Timeline::left() + 0.0, 4, width() - Timeline::left() - 2.0, height() - 8.0};
}

void SignalPlot::paintEvent(QPaintEvent*)
{
    if (m_back.isNull() || m_back.devicePixelRatio() != devicePixelRatioF()) paintBack();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawPixmap(0, 0, m_back);
    const QRectF box = area();
    paintValues(painter, box);
    const double x = box.left() + m_axis.toX(m_playhead, box.width());
    if (x < box.left() || x > box.right()) return;
    painter.setPen(QPen(Theme::current().text, 1.5));
    painter.drawLine(QPointF(x, 0), QPointF(x, height()));
}

void SignalPlot::paintBack()
{
    const Theme& theme = Theme::current();
    m_back = QPixmap(size() * devicePixelRatioF());
    m_back.setDevicePixelRatio(devicePixelRatioF());
    m_back.fill(theme.background);
    QPainter painter(&m_back);
    const QRectF box = area();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawRoundedRect(box, 6, 6);

    painter.setFont(uiFont(12));
    painter.setPen(theme.muted);
    const QString title =
        m_plot.unit.isEmpty() ? m_plot.title : QStringLiteral("%1  %2").arg(m_plot.title, m_plot.unit);
    painter.drawText(QRectF(16, 6, Timeline::left() - 24, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(title, Qt::ElideRight, Timeline::left() - 24));

    painter.save();
    painter.setClipRect(box);
    const QRectF inner = box.adjusted(0, 8, 0, -8);
    if (m_low < 0 && m_high > 0) {
        const double zero = inner.bottom() + static_cast<double>(m_low / (m_high - m_low)) * inner.height();
        painter.setPen(theme.line);
        painter.drawLine(QPointF(box.left(), zero), QPointF(box.right(), zero));
    }
    for (const PlotCurve& curve : m_plot.curves) paintCurve(painter, curve, inner);
    painter.restore();

    painter.setFont(uiFont(11));
    const auto bound = [&](float value, Qt::Alignment side) {
        const bool isNothing = std::abs(value) < 1e-3F * (m_high - m_low);
        const QString text = isNothing ? QStringLiteral("0") : QString::number(value, 'g', 3);
        QRectF place(0, 0, painter.fontMetrics().horizontalAdvance(text) + 8, 15);
        place.moveRight(box.right() - 3);
        if (side == Qt::AlignTop)
            place.moveTop(box.top() + 2);
        else
            place.moveBottom(box.bottom() - 2);
        QColor ground = theme.panel;
        ground.setAlpha(220);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawRoundedRect(place, 3, 3);
        painter.setPen(theme.faint);
        painter.drawText(place, Qt::AlignCenter, text);
    };
    bound(m_high, Qt::AlignTop);
    bound(m_low, Qt::AlignBottom);
}

void SignalPlot::paintValues(QPainter& painter, const QRectF& box) const
{
    const Theme& theme = Theme::current();
    painter.setFont(uiFont(11));
    const double room = box.left() - 24;
    int row = 0;
    for (const PlotCurve& curve : m_plot.curves) {
        const double y = 27 + 16.0 * row++;
        if (y > height() - 16) break;
        painter.setPen(QPen(curve.colour, 2, curve.dashed ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(QPointF(16, y + 7), QPointF(26, y + 7));
        QString value;
        const auto next = std::upper_bound(curve.times.begin(), curve.times.end(), m_playhead);
        if (next != curve.times.begin()) {
            const float now = curve.values[static_cast<std::size_t>(next - curve.times.begin() - 1)];
            if (std::isfinite(now)) value = QString::number(now, 'f', std::abs(now) < 100 ? 2 : 0);
        }
        const int taken = painter.fontMetrics().horizontalAdvance(value) + 6;
        painter.setPen(theme.text);
        painter.drawText(QRectF(16, y, room, 14), Qt::AlignRight | Qt::AlignVCenter, value);
        painter.setPen(theme.faint);
        painter.drawText(
            QRectF(32, y, room - 16 - taken, 14), Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(curve.name, Qt::ElideRight, static_cast<int>(room) - 16 - taken));
    }
}

void SignalPlot::resizeEvent(QResizeEvent*) { m_back = {}; }

void SignalPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) m_back = {};
    QWidget::changeEvent(event);
}

void SignalPlot::paintCurve(QPainter& painter, const PlotCurve& curve, const QRectF& area) const
{
    const auto begin = std::lower_bound(curve.times.begin(), curve.times.end(), m_axis.from);
    const auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, begin - curve.times.begin() - 1));
    const auto toY = [&](float value) {
        return area.bottom() - static_cast<double>((value - m_low) / (m_high - m_low)) * area.height();
    };
    QPainterPath path;
    bool drawing = false;
    std::size_t i = first;
    while (i < curve.times.size()) {
        const double x = area.left() + m_axis.toX(curve.times[i], area.width());
        const double column = std::floor(x);
        float low = curve.values[i];
        float high = low;
        float last = low;
        bool gap = !std::isfinite(low);
        for (++i; i < curve.times.size(); ++i) {
            if (std::floor(area.left() + m_axis.toX(curve.times[i], area.width())) > column) break;
            const float value = curve.values[i];
            gap = gap || !std::isfinite(value);
            low = std::min(low, value);
            high = std::max(high, value);
            last = value;
        }
        if (gap) {
            drawing = false;
            continue;
        }
        if (drawing)
            path.lineTo(x, toY(high));
        else
            path.moveTo(x, toY(high));
        if (low != high) {
            path.lineTo(x, toY(low));
            path.lineTo(x, toY(last));
        }
        drawing = true;
        if (x > area.right()) break;
    }
    painter.setPen(QPen(curve.colour, 1.4, curve.dashed ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

void SignalPlot::scrub(const QPointF& position)
{
    emit scrubbed(
        std::max<Timestamp>(0, m_axis.toTime(position.x() - Timeline::left(), width() - Timeline::left() - 2)));
}

void SignalPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && event->position().x() >= Timeline::left()) scrub(event->position());
}

void SignalPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton) scrub(event->position());
}

}  // namespace understudy
