#include "widgets/signalplot.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
    update();
}

void SignalPlot::setAxis(const TimeAxis& axis)
{
    m_axis = axis;
    update();
}

void SignalPlot::setPlayhead(Timestamp time)
{
    m_playhead = time;
    update();
}

void SignalPlot::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.background);
    const QRectF area(Timeline::left(), 4, width() - Timeline::left() - 2, height() - 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.panel);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawRoundedRect(area, 6, 6);

    painter.setFont(uiFont(12));
    painter.setPen(theme.muted);
    painter.drawText(QRectF(16, 6, Timeline::left() - 24, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_plot.title, Qt::ElideRight, Timeline::left() - 24));
    painter.setFont(uiFont(11));
    int row = 0;
    for (const PlotCurve& curve : m_plot.curves) {
        const double y = 28 + 14.0 * row++;
        if (y > height() - 14) break;
        painter.setPen(QPen(curve.colour, 2, curve.dashed ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(QPointF(16, y + 6), QPointF(28, y + 6));
        painter.setPen(theme.faint);
        painter.drawText(QRectF(34, y - 1, Timeline::left() - 40, 14), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(curve.name, Qt::ElideRight, Timeline::left() - 40));
    }

    painter.save();
    painter.setClipRect(area);
    for (const PlotCurve& curve : m_plot.curves) paintCurve(painter, curve, area.adjusted(0, 6, 0, -6));
    painter.restore();

    painter.setPen(theme.faint);
    const auto bound = [&](float value) { return QString::number(value, 'g', 3) + QLatin1Char(' ') + m_plot.unit; };
    painter.drawText(area.adjusted(6, 2, -6, -2), Qt::AlignTop | Qt::AlignRight, bound(m_high));
    painter.drawText(area.adjusted(6, 2, -6, -2), Qt::AlignBottom | Qt::AlignRight, bound(m_low));
    const double x = area.left() + m_axis.toX(m_playhead, area.width());
    if (x < area.left() || x > area.right()) return;
    painter.setPen(QPen(theme.text, 1.5));
    painter.drawLine(QPointF(x, 0), QPointF(x, height()));
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
