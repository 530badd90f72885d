#pragma once

#include <QWidget>

namespace understudy {

struct PlateText {
    bool real = false;
    QString model;
    QString serial;
    bool stopDamps = false;  ///< what a stop request does: damps and sinks, or keeps its posture
};

/// Which robot this studio commands, by word, shape and frame: SIM dashed and calm, REAL filled and striped.
class RobotPlate final : public QWidget {
    Q_OBJECT

public:
    explicit RobotPlate(QWidget* parent = nullptr);

    void setText(const PlateText& text);
    /// No robot: an outline that says so.
    void clear();

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QString word() const;
    [[nodiscard]] QString detail() const;

    PlateText m_text;
    bool m_empty = true;
};

}  // namespace understudy
