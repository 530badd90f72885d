#pragma once

#include <functional>

#include <QWidget>

#include "app/studio/annotateview.h"
#include "app/studio/episodeplayer.h"
#include "widgets/keyrouter.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace understudy {

class ImageView;
class LabelPanel;
class MessageBar;
class PictureArea;
class RobotViewport;
class SignalPlot;
class Timeline;

/// Which keys the page answers to.
enum class AnnotateKeys {
    Usual,     ///< J K L, I O, [ ], arrows
    LeftHand,  ///< everything under the left hand, the right one stays on the mouse
};

/// Cameras, 3D replay and plots of one episode on one clock, and its segments. Asks for moments; whoever answers
/// decodes off the GUI thread.
class AnnotatePage final : public QWidget {
    Q_OBJECT

public:
    explicit AnnotatePage(KeyRouter& keys, QWidget* parent = nullptr);

    /// "en" or "zh": which of an episode's instructions is shown.
    void setLanguage(const QString& language);
    void setTiers(std::vector<AnnotateTier> tiers);
    void setVocabulary(std::vector<AnnotateLabel> labels);
    /// `place` says where to stand when it is of this episode.
    void open(AnnotateEpisode episode, const AnnotatePlace& place = {});
    void show(const AnnotateMoment& moment);
    using QWidget::show;
    void setKeys(AnnotateKeys keys);
    [[nodiscard]] AnnotateKeys keys() const { return m_keySet; }

    [[nodiscard]] LabelSet& labels() { return m_labels; }
    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] Timeline& timeline() { return *m_timeline; }
    [[nodiscard]] RobotViewport& viewport() { return *m_viewport; }
    [[nodiscard]] LabelPanel& labelPanel() { return *m_labelPanel; }
    [[nodiscard]] EpisodePlayer& player() { return m_player; }
    [[nodiscard]] const std::vector<ImageView*>& cameras() const { return m_cameras; }
    [[nodiscard]] AnnotatePlace place() const;
    /// How many moments were shown so far.
    [[nodiscard]] int moments() const { return m_moments; }

signals:
    /// The newest wish wins.
    void momentWanted(Timestamp time);
    void nextEpisodeWanted(int step);
    void submitWanted();
    void placeChanged();
    void keysChanged();
    /// Every part has been drawn at least once.
    void complete();

protected:
    void changeEvent(QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] QWidget* makePictures();
    [[nodiscard]] QWidget* makeStrip();
    [[nodiscard]] QWidget* makeLanes();
    [[nodiscard]] QWidget* makeSide();
    void connectParts();
    void addKeys();
    void nameKeys();
    void translate();
    void finish();
    void showSegments();
    void showSelection();
    void showClock();
    void showInstruction();
    void showSaving();
    void moved(Timestamp time);
    void goOn();
    void setLabel(int index);
    void cancel();
    void split();
    void moveEdge(bool start);
    void nextEdge(int direction);
    void zoom(double factor);
    [[nodiscard]] QString keyOf(const char* act) const;
    [[nodiscard]] QString currentTier() const;
    [[nodiscard]] QString titleOf(const QString& label) const;
    [[nodiscard]] int indexOf(const QString& label) const;

    KeyRouter& m_keys;
    QString m_language = QStringLiteral("en");
    AnnotateKeys m_keySet = AnnotateKeys::Usual;
    AnnotateEpisode m_episode;
    std::vector<AnnotateTier> m_tiers;
    std::vector<AnnotateLabel> m_vocabulary;
    LabelSet m_labels;
    EpisodePlayer m_player;

    QLabel* m_title = nullptr;
    QLabel* m_instruction = nullptr;
    PictureArea* m_pictures = nullptr;
    std::vector<ImageView*> m_cameras;
    QWidget* m_main = nullptr;
    RobotViewport* m_viewport = nullptr;
    QLabel* m_noRobot = nullptr;
    Timeline* m_timeline = nullptr;
    QVBoxLayout* m_plotColumn = nullptr;
    std::vector<SignalPlot*> m_plots;
    LabelPanel* m_labelPanel = nullptr;
    QLabel* m_segmentHeading = nullptr;
    QLabel* m_selection = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_saved = nullptr;
    QLabel* m_clock = nullptr;
    QLabel* m_clockNote = nullptr;
    QPushButton* m_playButton = nullptr;
    QPushButton* m_backButton = nullptr;
    QPushButton* m_forwardButton = nullptr;
    QPushButton* m_undoButton = nullptr;
    QPushButton* m_redoButton = nullptr;
    QPushButton* m_splitButton = nullptr;
    QPushButton* m_deleteButton = nullptr;
    QPushButton* m_snapButton = nullptr;
    QPushButton* m_keysButton = nullptr;
    QPushButton* m_submit = nullptr;
    MessageBar* m_messages = nullptr;
    int m_moments = 0;
    bool m_complete = false;
};

}  // namespace understudy
