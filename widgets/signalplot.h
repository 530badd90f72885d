#pragma once

#include <vector>

#include <QColor>
#include <QPixmap>
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

/// Curves of one quantity over the shared time axis, drawn as the minimum and maximum of each pixel column, with the
/// values at the playhead. Moving the playhead draws no curve again.
class SignalPlot final : public QWidget {
    Q_OBJECT

public:
    explicit SignalPlot(QWidget* parent = nullptr);

    void setPlot(Plot plot);
    void setAxis(const TimeAxis& axis);
    void setPlayhead(Timestamp time);

    [[nodiscard]] QSize sizeHint() const override { return {800, 84}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {320, 56}; }

signals:
    void scrubbed(Timestamp time);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void paintBack();
    void paintCurve(QPainter& painter, const PlotCurve& curve, const QRectF& area) const;
    void paintValues(QPainter& painter, const QRectF& area) const;
    [[nodiscard]] QRectF area() const;
    void scrub(const QPointF& position);

    Plot m_plot;
    TimeAxis m_axis;
    Timestamp m_playhead = 0;
    QPixmap m_back;  ///< everything but the playhead; null: to be drawn again
    float m_low = 0;
    float m_high = 1;
};

}  // namespace understudy
