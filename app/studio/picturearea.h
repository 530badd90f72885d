#pragma once

#include <vector>

#include <QWidget>

namespace understudy {

/// Lays out the 3D view and the cameras: every camera in its own shape, all of one height, and the 3D view in the room
/// that is left, never less than a third of the width.
class PictureArea final : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    void setMain(QWidget* main);
    /// `aspect`: width over height.
    void setPictures(std::vector<QWidget*> pictures, double aspect);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void place();

    QWidget* m_main = nullptr;
    std::vector<QWidget*> m_pictures;
    double m_aspect = 4.0 / 3;
};

}  // namespace understudy
