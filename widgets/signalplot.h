#pragma once

#include <vector>

#include <QColor>
#include <QWidget>

#include "widgets/timeaxis.h"

namespace understudy {

/// One curve: samples by time, ns since the episode's start. NaN is a gap.
struct PlotCurve {
    QString name;
    QColor colour;
    std::vector<Timestamp> times;
    std::vector<float> values;
    bool dashed = false;
};

struct Plot {
    QString title;
    QString unit;
    std::vector<PlotCurve> curves;
};

/// Curves of one quantity over the shared time axis, drawn as the minimum and maximum of each pixel column.
class SignalPlot final : public QWidget {
    Q_OBJECT

public:
    explicit SignalPlot(QWidget* parent = nullptr);

    void setPlot(Plot plot);
    void setAxis(const TimeAxis& axis);
    void setPlayhead(Timestamp time);

    [[nodiscard]] QSize sizeHint() const override { return {800, 88}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {320, 56}; }

signals:
    void scrubbed(Timestamp time);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void paintCurve(QPainter& painter, const PlotCurve& curve, const QRectF& area) const;
    void scrub(const QPointF& position);

    Plot m_plot;
    TimeAxis m_axis;
    Timestamp m_playhead = 0;
    float m_low = 0;
    float m_high = 1;
};

}  // namespace understudy
