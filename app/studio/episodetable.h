#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>
#include <QCache>
#include <QImage>

#include "core/timestamp.h"

namespace understudy {

/// One episode of the review list.
struct EpisodeLine {
    QString id;
    QString task;
    QString state;    ///< stored word
    QString outcome;  ///< stored word
    QString verdict;  ///< of the checks: clean, look, unusable; empty: not checked
    QString robot;
    QString person;
    QString station;
    bool simulated = false;
    std::int64_t startedUnixNs = 0;
    double seconds = 0;
    bool recovered = false;
    QString folder;  ///< relative to the library
    QString note;    ///< reason of a verdict, or what is wrong
};

/// The episodes a filter found, newest first.
class EpisodeTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Started, Task, Outcome, State, Robot, Person, Length, ColumnCount };

    explicit EpisodeTable(QObject* parent = nullptr);

    /// Further lines of the same list are appended, whatever else changed.
    void setLines(std::vector<EpisodeLine> lines);
    [[nodiscard]] const std::vector<EpisodeLine>& lines() const { return m_lines; }
    /// There are more than these: whoever shows the end is asked to fetch them by moreWanted().
    void setMore(bool more) { m_more = more; }
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override { return !parent.isValid() && m_more; }
    void fetchMore(const QModelIndex& parent) override;

    /// Null image: there is none.
    void setThumbnail(const QString& id, const QImage& image);
    void clearThumbnails();
    /// None: it was not asked for yet.
    [[nodiscard]] std::optional<QImage> thumbnail(const QString& id) const;
    [[nodiscard]] const EpisodeLine* line(int row) const;
    [[nodiscard]] int rowOf(const QString& id) const;
    /// Column titles again, after the language changed.
    void retranslate();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void moreWanted();

private:
    std::vector<EpisodeLine> m_lines;
    QCache<QString, QImage> m_thumbnails;
    bool m_more = false;
};

/// Stored words as people read them.
[[nodiscard]] QString stateTitle(const QString& state);
[[nodiscard]] QString outcomeTitle(const QString& outcome);

}  // namespace understudy
