#pragma once

#include <functional>
#include <memory>

#include <QWidget>

#include "app/studio/operateview.h"
#include "widgets/keyrouter.h"

class QFrame;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace understudy {

class ImageView;
class MessageBar;
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
    std::function<void()> clear;
    std::function<void()> home;
    std::function<void()> mark;
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

    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] RobotViewport& viewport() { return *m_viewport; }

signals:
    /// Every part has been drawn at least once.
    void complete();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QWidget* makeLeft();
    [[nodiscard]] QWidget* makeCentre();
    [[nodiscard]] QWidget* makeRight();
    [[nodiscard]] QPushButton* makeButton(const QString& role, const QString& act, const std::function<void()>& run);
    void addKeys(KeyRouter& keys);
    void translate();
    void showTake(const OperateView& view);
    void showLastTakes(const std::vector<LastTake>& takes);
    void showStreams(const std::vector<StreamLine>& streams);
    void showCameras(const std::vector<CameraPicture>& cameras);
    void askCause();
    void placeBanner();

    KeyRouter& m_keys;
    OperateActs m_acts;
    OperateView m_view;

    QLabel* m_taskHeading = nullptr;
    QLabel* m_task = nullptr;
    QLabel* m_instruction = nullptr;
    QLabel* m_wantedText = nullptr;
    QFrame* m_wantedBar = nullptr;
    QLabel* m_lastHeading = nullptr;
    QVBoxLayout* m_lastTakes = nullptr;
    QLabel* m_cameraHeading = nullptr;
    QVBoxLayout* m_cameraRows = nullptr;
    std::vector<ImageView*> m_cameras;
    RobotViewport* m_viewport = nullptr;
    StateBanner* m_banner = nullptr;
    QLabel* m_figures = nullptr;
    MessageBar* m_messages = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_takeTime = nullptr;
    QPushButton* m_success = nullptr;
    QPushButton* m_failure = nullptr;
    QPushButton* m_redo = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_clear = nullptr;
    QPushButton* m_home = nullptr;
    QPushButton* m_streams = nullptr;
    QLabel* m_streamDetails = nullptr;
    std::vector<QString> m_shownTakes;
    bool m_complete = false;
};

/// The six causes of a failed take: stored word and translated text.
[[nodiscard]] std::vector<std::pair<QString, QString>> failureCauses();

}  // namespace understudy
