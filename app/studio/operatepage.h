#pragma once

#include <functional>
#include <memory>

#include <QWidget>

#include "app/studio/operateview.h"
#include "storage/librarywriter.h"
#include "widgets/keyrouter.h"

class QFrame;
class QLabel;
class QPushButton;
class QSplitter;
class QVBoxLayout;

namespace understudy {

class CauseCard;
class ConfirmCard;
class DriverCard;
class GateCard;
class ImageView;
class LastTakes;
class MessageBar;
class OperateTakeBar;
class ResetCard;
class RobotViewport;
class StateBanner;

/// What the operate page asks of its session.
struct OperateActs {
    std::function<void(bool held)> holdToDrive;
    std::function<void()> stop;
    std::function<void()> startTake;
    std::function<void()> success;
    std::function<void(const QString& cause)> failure;
    std::function<void()> redo;
    std::function<void(const QString& episode)> bringBack;  ///< out of the tray
    std::function<void(const QString& episode, const Correction& correction)> correct;
    std::function<void()> clear;
    std::function<void(bool held)> home;
    std::function<void()> mark;
    std::function<void(Driver driver)> drive;
    std::function<void(const QString& serial)> takeCommand;
    std::function<void(int side)> chooseHand;
    std::function<void(int side, const Eigen::Vector3d& metres)> moveHand;  ///< world
    std::function<void(double radians)> turnHand;                           ///< the chosen one, about the vertical
    std::function<void()> grip;                                             ///< opens or closes the chosen one
};

/// Driving and recording. Shows an OperateView, asks through OperateActs, owns no data.
class OperatePage final : public QWidget {
    Q_OBJECT

public:
    explicit OperatePage(KeyRouter& keys, QWidget* parent = nullptr);

    void setActs(OperateActs acts) { m_acts = std::move(acts); }
    void setModel(SceneModel model);
    void show(const OperateView& view);
    using QWidget::show;
    /// The state alone, while another page is in front.
    void showState(const OperateView& view);

    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] RobotViewport& viewport() { return *m_viewport; }
    [[nodiscard]] StateBanner& banner() { return *m_banner; }

signals:
    /// Every part has been drawn at least once.
    void complete();
    /// The state's colour, for whoever frames the window.
    void stateColour(const QColor& colour);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] QWidget* makeLeft();
    [[nodiscard]] QWidget* makeCentre();
    [[nodiscard]] QWidget* makeRight();
    void connectActs();
    void addDrivingKeys();
    void addTakeKeys();
    void addViewKeys();
    void translate();
    void showTask(const OperateView& view);
    void showCameras(const OperateView& view);
    void showFocus();
    void place();

    KeyRouter& m_keys;
    OperateActs m_acts;
    OperateView m_view;

    QSplitter* m_columns = nullptr;
    QLabel* m_taskHeading = nullptr;
    QLabel* m_task = nullptr;
    QLabel* m_instruction = nullptr;
    QLabel* m_wantedText = nullptr;
    QFrame* m_wantedBar = nullptr;
    DriverCard* m_driver = nullptr;
    QLabel* m_lastHeading = nullptr;
    LastTakes* m_lastTakes = nullptr;
    QLabel* m_faultHeading = nullptr;
    QLabel* m_fault = nullptr;
    QLabel* m_cameraHeading = nullptr;
    QVBoxLayout* m_cameraRows = nullptr;
    std::vector<ImageView*> m_cameras;
    RobotViewport* m_viewport = nullptr;
    StateBanner* m_banner = nullptr;
    GateCard* m_gate = nullptr;
    ResetCard* m_reset = nullptr;
    CauseCard* m_causes = nullptr;
    ConfirmCard* m_confirm = nullptr;
    QFrame* m_details = nullptr;
    QLabel* m_detailText = nullptr;
    QLabel* m_focus = nullptr;
    OperateTakeBar* m_takes = nullptr;
    MessageBar* m_messages = nullptr;
    QColor m_colour;
    bool m_complete = false;
};

}  // namespace understudy
