#pragma once

#include <QListView>
#include <QTimer>

namespace understudy {

class EpisodeTable;

/// The episodes as tiles: picture, badge of the state, task, who, which robot, how long. Several can be selected.
class EpisodeTiles final : public QListView {
    Q_OBJECT

public:
    explicit EpisodeTiles(EpisodeTable& table, QWidget* parent = nullptr);

    [[nodiscard]] int columns() const;
    /// First and last row on the screen; -1 without rows.
    [[nodiscard]] std::pair<int, int> visibleRows() const;
    /// Moves the current tile; `extend` keeps what is selected.
    void move(int rows, bool extend);

signals:
    /// Other rows are on the screen, after it has stood still for a moment.
    void visibleChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void rowsInserted(const QModelIndex& parent, int start, int end) override;
    void reset() override;

private:
    void fit();

    QTimer m_settle;
};

}  // namespace understudy
