#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QStringList>
#include <QTimer>
#include <QWidget>

#include "app/studio/episodetable.h"
#include "storage/read/label.h"
#include "widgets/keyrouter.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace understudy {

class EpisodeTiles;
class ImageView;
class MessageBar;
class ReasonPanel;

/// What the list is asked for; an empty part: any.
struct ReviewFilter {
    QString text;
    QString task;
    QString robot;
    QString person;
    QString station;
    QString state;  ///< stored word, or "to_judge"
    QString outcome;

    bool operator==(const ReviewFilter&) const = default;
};

/// What the filters offer.
struct ReviewChoices {
    QStringList tasks;
    QStringList robots;
    QStringList people;
    QStringList stations;

    bool operator==(const ReviewChoices&) const = default;
};

/// The verdict on some episodes.
struct ReviewVerdict {
    QStringList episodes;
    Verdict verdict = Verdict::Accepted;
    ReturnTo returnTo = ReturnTo::Nobody;
    QString reason;
};

/// The episodes of the library as tiles of one view, one of them large and playing, and the verdict on each or on
/// several.
class ReviewPage final : public QWidget {
    Q_OBJECT

public:
    explicit ReviewPage(KeyRouter& keys, QWidget* parent = nullptr);
    ~ReviewPage() override;

    void setLines(std::vector<EpisodeLine> lines);
    /// How many pass the filter; none: not counted yet.
    void setTotal(std::optional<std::int64_t> total);
    void setChoices(const ReviewChoices& choices);
    /// The cameras of the episode that plays, and how long it is in ns.
    void setPreview(const QString& episode, const QStringList& cameras, qint64 duration, const QString& problem);
    void setPreviewImage(const QString& episode, qint64 time, const QImage& image);
    void setDetails(const QString& episode, const QString& html);

    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] EpisodeTable& table() { return m_table; }
    [[nodiscard]] EpisodeTiles& tiles() { return *m_tiles; }
    [[nodiscard]] const ReviewFilter& filter() const { return m_filter; }
    /// The camera that every tile and the preview show; empty: the first.
    [[nodiscard]] const QString& camera() const { return m_camera; }
    [[nodiscard]] QString currentEpisode() const;
    [[nodiscard]] QStringList selectedEpisodes() const;
    void select(const QString& episode);
    /// Where a verdict was given, the next episode comes to the front.
    void goOn(const QStringList& judged);

signals:
    void filterChanged();
    void cameraChanged();
    void episodeSelected(const QString& episode);
    void openWanted(const QString& episode);
    void verdictWanted(const ReviewVerdict& verdict);
    void takeBackWanted();
    void previewImageWanted(const QString& camera, Timestamp time);
    void exportWanted();
    void checkWanted();
    void importWanted();
    /// The preview plays, or there is nothing to play.
    void complete();

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] QWidget* makeFilters();
    [[nodiscard]] QWidget* makeList();
    [[nodiscard]] QWidget* makeSide();
    QPushButton* makeButton(QVBoxLayout& column, const char* role, const char* act, const std::function<void()>& run);
    void addKeys();
    void translate();
    void nameButtons();
    void showCount();
    void showSelection();
    void askReason(Verdict verdict, ReturnTo returnTo);
    void decide(Verdict verdict, ReturnTo returnTo, const QString& reason);
    void readFilter();
    void clearFilter();
    void nextCamera();
    void playPreview();

    KeyRouter& m_keys;
    EpisodeTable m_table;
    ReviewFilter m_filter;
    ReviewChoices m_choices;
    QTimer m_typing;
    QLineEdit* m_search = nullptr;
    std::vector<QComboBox*> m_combos;  ///< task, robot, operator, station, state, outcome
    std::vector<QLabel*> m_headings;
    QPushButton* m_clear = nullptr;
    EpisodeTiles* m_tiles = nullptr;
    QLabel* m_count = nullptr;
    QPushButton* m_cameraButton = nullptr;
    std::optional<std::int64_t> m_total;

    ImageView* m_preview = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_details = nullptr;
    ReasonPanel* m_reasons = nullptr;
    QWidget* m_verdicts = nullptr;
    std::vector<std::pair<QPushButton*, const char*>> m_buttons;  ///< with its act
    QPushButton* m_open = nullptr;
    QPushButton* m_accept = nullptr;
    MessageBar* m_messages = nullptr;

    QString m_camera;
    QStringList m_cameras;
    QString m_previewed;
    qint64 m_duration = 0;
    QTimer m_play;
    QElapsedTimer m_playClock;
};

}  // namespace understudy
