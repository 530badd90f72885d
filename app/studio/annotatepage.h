#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "app/studio/annotateview.h"
#include "widgets/keyrouter.h"

class QGridLayout;
class QLabel;
class QListWidget;
class QPushButton;
class QVBoxLayout;

namespace understudy {

class ImageView;
class MessageBar;
class RobotViewport;
class SignalPlot;
class Timeline;

/// Cameras, 3D replay and plots of one episode on one clock, and its segments. Asks for moments; whoever answers
/// decodes off the GUI thread.
class AnnotatePage final : public QWidget {
    Q_OBJECT

public:
    explicit AnnotatePage(KeyRouter& keys, QWidget* parent = nullptr);

    void setTiers(std::vector<AnnotateTier> tiers);
    void setVocabulary(std::vector<AnnotateLabel> labels);
    void open(AnnotateEpisode episode);
    void show(const AnnotateMoment& moment);
    using QWidget::show;

    [[nodiscard]] LabelSet& labels() { return m_labels; }
    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] Timeline& timeline() { return *m_timeline; }
    [[nodiscard]] RobotViewport& viewport() { return *m_viewport; }
    [[nodiscard]] Timestamp playhead() const;
    [[nodiscard]] bool isPlaying() const { return m_player.isActive(); }
    void pause();

signals:
    /// The newest wish wins.
    void momentWanted(Timestamp time);
    void nextEpisodeWanted(int step);
    void submitWanted();
    /// Every part has been drawn at least once.
    void complete();

protected:
    void changeEvent(QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] QWidget* makePictures();
    [[nodiscard]] QWidget* makeSide();
    void addKeys(KeyRouter& keys);
    void translate();
    void showSegments();
    void showSelection();
    void seek(Timestamp time);
    void step(int images);
    void play(double speed);
    void tick();
    void goOn();
    void setLabel(int index);
    void moveEdge(bool start);
    void nextEdge(int direction);
    [[nodiscard]] QString currentTier() const;
    [[nodiscard]] QString titleOf(const QString& label) const;
    [[nodiscard]] int indexOf(const QString& label) const;

    AnnotateEpisode m_episode;
    std::vector<AnnotateTier> m_tiers;
    std::vector<AnnotateLabel> m_vocabulary;
    LabelSet m_labels;

    QLabel* m_title = nullptr;
    QLabel* m_instruction = nullptr;
    QGridLayout* m_pictures = nullptr;
    std::vector<ImageView*> m_cameras;
    RobotViewport* m_viewport = nullptr;
    QLabel* m_noRobot = nullptr;
    Timeline* m_timeline = nullptr;
    QVBoxLayout* m_plotColumn = nullptr;
    std::vector<SignalPlot*> m_plots;
    QLabel* m_labelHeading = nullptr;
    QListWidget* m_labelList = nullptr;
    QLabel* m_selection = nullptr;
    QLabel* m_hint = nullptr;
    QPushButton* m_playButton = nullptr;
    QLabel* m_clock = nullptr;
    QPushButton* m_submit = nullptr;
    MessageBar* m_messages = nullptr;

    QTimer m_player;
    QElapsedTimer m_playClock;
    double m_speed = 1;
    Timestamp m_playFrom = 0;
    bool m_complete = false;
};

}  // namespace understudy
