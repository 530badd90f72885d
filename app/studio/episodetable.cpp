#include "app/studio/episodetable.h"

#include <algorithm>

#include <QColor>
#include <QDateTime>
#include <QLocale>

#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kKeptThumbnails = 600;

}  // namespace

QString stateTitle(const QString& state)
{
    const std::vector<std::pair<const char*, QString>> titles{{"recording", EpisodeTable::tr("recording")},
                                                              {"recorded", EpisodeTable::tr("recorded")},
                                                              {"checked", EpisodeTable::tr("checked")},
                                                              {"quarantined", EpisodeTable::tr("quarantined")},
                                                              {"labelling", EpisodeTable::tr("being labelled")},
                                                              {"labelled", EpisodeTable::tr("labelled")},
                                                              {"in_review", EpisodeTable::tr("in review")},
                                                              {"accepted", EpisodeTable::tr("accepted")},
                                                              {"returned", EpisodeTable::tr("returned")},
                                                              {"rejected", EpisodeTable::tr("rejected")},
                                                              {"tray", EpisodeTable::tr("set aside")}};
    for (const auto& [stored, title] : titles)
        if (state == QLatin1String(stored)) return title;
    return state;
}

QString outcomeTitle(const QString& outcome)
{
    if (outcome == QStringLiteral("success")) return EpisodeTable::tr("success");
    if (outcome == QStringLiteral("failure")) return EpisodeTable::tr("failure");
    return EpisodeTable::tr("not said");
}

EpisodeTable::EpisodeTable(QObject* parent) : QAbstractTableModel(parent), m_thumbnails(kKeptThumbnails) {}

void EpisodeTable::setLines(std::vector<EpisodeLine> lines)
{
    const bool goesOn = !m_lines.empty() && lines.size() >= m_lines.size() &&
                        std::equal(m_lines.begin(), m_lines.end(), lines.begin(),
                                   [](const EpisodeLine& a, const EpisodeLine& b) { return a.id == b.id; });
    if (!goesOn) {
        beginResetModel();
        m_lines = std::move(lines);
        endResetModel();
        return;
    }
    const int before = rowCount();
    const int after = static_cast<int>(lines.size());
    if (after > before) beginInsertRows({}, before, after - 1);
    m_lines = std::move(lines);
    if (after > before) endInsertRows();
    emit dataChanged(index(0, 0), index(before - 1, ColumnCount - 1));
}

void EpisodeTable::fetchMore(const QModelIndex& parent)
{
    if (!canFetchMore(parent)) return;
    m_more = false;
    emit moreWanted();
}

void EpisodeTable::setThumbnail(const QString& id, const QImage& image)
{
    m_thumbnails.insert(id, new QImage(image));
    const int row = rowOf(id);
    if (row >= 0) emit dataChanged(index(row, 0), index(row, 0));
}

void EpisodeTable::clearThumbnails()
{
    m_thumbnails.clear();
    if (!m_lines.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

std::optional<QImage> EpisodeTable::thumbnail(const QString& id) const
{
    const QImage* image = m_thumbnails.object(id);
    return image == nullptr ? std::nullopt : std::optional(*image);
}

const EpisodeLine* EpisodeTable::line(int row) const
{
    return row >= 0 && row < static_cast<int>(m_lines.size()) ? &m_lines[static_cast<std::size_t>(row)] : nullptr;
}

int EpisodeTable::rowOf(const QString& id) const
{
    const auto found =
        std::find_if(m_lines.begin(), m_lines.end(), [&](const EpisodeLine& line) { return line.id == id; });
    return found == m_lines.end() ? -1 : static_cast<int>(found - m_lines.begin());
}

void EpisodeTable::retranslate()
{
    emit headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!m_lines.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int EpisodeTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int EpisodeTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant EpisodeTable::data(const QModelIndex& index, int role) const
{
    const EpisodeLine* shown = line(index.row());
    if (shown == nullptr) return {};
    if (role == Qt::ToolTipRole) return shown->note.isEmpty() ? shown->id : shown->note;
    if (role == Qt::ForegroundRole) {
        const Theme& theme = Theme::current();
        if (index.column() == State && shown->state == QStringLiteral("accepted")) return theme.good;
        if (index.column() == State &&
            (shown->state == QStringLiteral("rejected") || shown->state == QStringLiteral("quarantined")))
            return theme.bad;
        if (index.column() == State && shown->state == QStringLiteral("returned")) return theme.caution;
        if (index.column() == Outcome && shown->outcome == QStringLiteral("failure")) return theme.caution;
        return {};
    }
    if (role == Qt::TextAlignmentRole && index.column() == Length) return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
    case Started:
        return QLocale().toString(QDateTime::fromMSecsSinceEpoch(shown->startedUnixNs / kMillisecond),
                                  QStringLiteral("MM-dd hh:mm:ss"));
    case Task:
        return shown->task;
    case Outcome:
        return outcomeTitle(shown->outcome);
    case State:
        return stateTitle(shown->state);
    case Robot:
        return shown->simulated ? tr("%1 (sim)").arg(shown->robot) : shown->robot;
    case Person:
        return shown->person;
    case Length:
        return tr("%1 s").arg(shown->seconds, 0, 'f', 1);
    default:
        return {};
    }
}

QVariant EpisodeTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case Started:
        return tr("Started");
    case Task:
        return tr("Task");
    case Outcome:
        return tr("Outcome");
    case State:
        return tr("State");
    case Robot:
        return tr("Robot");
    case Person:
        return tr("Operator");
    case Length:
        return tr("Length");
    default:
        return {};
    }
}

}  // namespace understudy
