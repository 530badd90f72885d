#pragma once

#include <functional>

#include <QTimer>
#include <QWidget>

#include "app/studio/episodetable.h"
#include "storage/read/label.h"
#include "widgets/keyrouter.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QVBoxLayout;

namespace understudy {

class ImageView;
class MessageBar;

/// What the list is asked for.
struct ReviewFilter {
    QString text;
    QString state;    ///< stored word, empty: any
    QString outcome;  ///< stored word, empty: any
};

/// The episodes of the library and the verdict on each.
class ReviewPage final : public QWidget {
    Q_OBJECT

public:
    explicit ReviewPage(KeyRouter& keys, QWidget* parent = nullptr);

    void setLines(std::vector<EpisodeLine> lines);
    void setMore(bool more);
    /// The pictures of an episode's middle, as they arrive.
    void setPictures(const QString& episode, const std::vector<std::pair<QString, QImage>>& pictures);
    void setDetails(const QString& episode, const QString& html);

    [[nodiscard]] MessageBar& messages() { return *m_messages; }
    [[nodiscard]] EpisodeTable& table() { return m_table; }
    [[nodiscard]] const ReviewFilter& filter() const { return m_filter; }
    [[nodiscard]] QString currentEpisode() const;
    void select(const QString& episode);

signals:
    void filterChanged();
    void moreWanted();
    void episodeSelected(const QString& episode);
    void openWanted(const QString& episode);
    void verdictWanted(const QString& episode, Verdict verdict, ReturnTo returnTo, const QString& reason);
    void takeBackWanted();

protected:
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QWidget* makeFilters();
    [[nodiscard]] QWidget* makeSide();
    void addKeys(KeyRouter& keys);
    void translate();
    void nameButtons();
    void askReason(Verdict verdict, ReturnTo returnTo, const std::vector<QString>& reasons, QPushButton* from);
    void decide(Verdict verdict, ReturnTo returnTo, const QString& reason);
    void readFilter();
    void move(int rows);

    KeyRouter& m_keys;
    EpisodeTable m_table;
    ReviewFilter m_filter;
    QTimer m_typing;
    QLineEdit* m_search = nullptr;
    QComboBox* m_state = nullptr;
    QComboBox* m_outcome = nullptr;
    QTableView* m_view = nullptr;
    QLabel* m_count = nullptr;
    QPushButton* m_more = nullptr;
    QLabel* m_details = nullptr;
    QVBoxLayout* m_pictures = nullptr;
    std::vector<ImageView*> m_imageViews;
    QPushButton* m_open = nullptr;
    QPushButton* m_accept = nullptr;
    QPushButton* m_return = nullptr;
    QPushButton* m_redo = nullptr;
    QPushButton* m_reject = nullptr;
    QPushButton* m_takeBack = nullptr;
    MessageBar* m_messages = nullptr;
    bool m_hasMore = false;
};

}  // namespace understudy
