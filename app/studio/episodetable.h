#pragma once

#include <vector>

#include <QAbstractTableModel>

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
    QString note;  ///< reason of a verdict, or what is wrong
};

/// The episodes a filter found, newest first.
class EpisodeTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Started, Task, Outcome, State, Robot, Person, Length, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setLines(std::vector<EpisodeLine> lines);
    [[nodiscard]] const EpisodeLine* line(int row) const;
    [[nodiscard]] int rowOf(const QString& id) const;
    /// Column titles again, after the language changed.
    void retranslate();

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<EpisodeLine> m_lines;
};

/// Stored words as people read them.
[[nodiscard]] QString stateTitle(const QString& state);
[[nodiscard]] QString outcomeTitle(const QString& outcome);

}  // namespace understudy
