#include "app/studio/episodetiles.h"

#include <algorithm>

#include <QDateTime>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include "app/studio/episodetable.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kLeastWidth = 300;
constexpr int kTextHeight = 54;
constexpr int kMargin = 6;
constexpr int kSettleMs = 40;

QColor colourOf(const QString& state, const Theme& theme)
{
    if (state == QStringLiteral("accepted")) return theme.good;
    if (state == QStringLiteral("rejected") || state == QStringLiteral("quarantined")) return theme.bad;
    if (state == QStringLiteral("returned")) return theme.caution;
    return QColor(231, 234, 240);
}

/// A shape beside the colour.
QString markOf(const QString& state)
{
    if (state == QStringLiteral("accepted")) return QStringLiteral("✓ ");
    if (state == QStringLiteral("rejected") || state == QStringLiteral("quarantined")) return QStringLiteral("✕ ");
    if (state == QStringLiteral("returned")) return QStringLiteral("↩ ");
    return {};
}

class TileDelegate final : public QStyledItemDelegate {
public:
    TileDelegate(const EpisodeTable& table, QObject* parent) : QStyledItemDelegate(parent), m_table(table) {}

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        const auto* view = qobject_cast<const QListView*>(option.widget);
        return view != nullptr ? view->gridSize() : QSize(kLeastWidth, kLeastWidth);
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const EpisodeLine* line = m_table.line(index.row());
        if (line == nullptr) return;
        const Theme& theme = Theme::current();
        painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
        const QRectF box = QRectF(option.rect).adjusted(kMargin, kMargin, -kMargin, -kMargin);
        const QRectF top(box.left(), box.top(), box.width(), box.height() - kTextHeight);
        QPainterPath outline;
        outline.addRoundedRect(box, 8, 8);
        painter->save();
        painter->setClipPath(outline);
        painter->fillRect(box, option.state & QStyle::State_Selected ? theme.raised : theme.panel);
        paintPicture(*painter, top, *line, theme);
        painter->restore();

        const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
        const QRectF first(box.left() + 10, top.bottom() + 7, box.width() - 20, 20);
        painter->setFont(uiFont(13, QFont::DemiBold));
        painter->setPen(theme.text);
        const QString length = EpisodeTable::tr("%1 s").arg(line->seconds, 0, 'f', 1);
        painter->setFont(uiFont(12));
        const int lengthWidth = painter->fontMetrics().horizontalAdvance(length);
        painter->setPen(theme.muted);
        painter->drawText(first, Qt::AlignRight | Qt::AlignVCenter, length);
        painter->setFont(uiFont(13, QFont::DemiBold));
        painter->setPen(theme.text);
        painter->drawText(first, left,
                          painter->fontMetrics().elidedText(line->task, Qt::ElideRight,
                                                            static_cast<int>(first.width()) - lengthWidth - 12));
        const QRectF second(first.left(), first.bottom() + 1, first.width(), 18);
        QStringList parts{QLocale().toString(QDateTime::fromMSecsSinceEpoch(line->startedUnixNs / kMillisecond),
                                             QStringLiteral("MM-dd hh:mm")),
                          line->robot + (line->simulated ? QStringLiteral(" SIM") : QStringLiteral(" REAL")),
                          line->person};
        if (!line->station.isEmpty()) parts << line->station;
        painter->setFont(uiFont(12));
        painter->setPen(theme.muted);
        painter->drawText(second, left,
                          painter->fontMetrics().elidedText(parts.join(QStringLiteral(" · ")), Qt::ElideRight,
                                                            static_cast<int>(second.width())));

        const bool isSelected = option.state & QStyle::State_Selected;
        const bool isCurrent = option.state & QStyle::State_HasFocus;
        painter->setBrush(Qt::NoBrush);
        painter->setPen(isSelected ? QPen(theme.accent, isCurrent ? 2.5 : 1.5) : QPen(theme.line, 1));
        painter->drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }

private:
    void paintPicture(QPainter& painter, const QRectF& top, const EpisodeLine& line, const Theme& theme) const
    {
        const std::optional<QImage> image = m_table.thumbnail(line.id);
        if (image && !image->isNull()) {
            const QSizeF fitted = QSizeF(image->size()).scaled(top.size(), Qt::KeepAspectRatioByExpanding);
            QRectF area(QPointF(), fitted);
            area.moveCenter(top.center());
            painter.save();
            painter.setClipRect(top, Qt::IntersectClip);
            painter.drawImage(area, *image);
            painter.restore();
        } else {
            painter.fillRect(top, theme.raised);
            painter.setFont(uiFont(12));
            painter.setPen(theme.faint);
            painter.drawText(top, Qt::AlignCenter, image ? EpisodeTable::tr("no picture") : QStringLiteral("…"));
        }
        badge(painter, top, Qt::AlignLeft, markOf(line.state) + stateTitle(line.state), colourOf(line.state, theme));
        if (line.outcome == QStringLiteral("failure"))
            badge(painter, top, Qt::AlignRight, QStringLiteral("▲ ") + outcomeTitle(line.outcome), QColor(0xf0c266));
        else if (line.recovered)
            badge(painter, top, Qt::AlignRight, QStringLiteral("▲ ") + EpisodeTable::tr("recovered"), QColor(0xf0c266));
    }

    static void badge(QPainter& painter, const QRectF& top, Qt::Alignment side, const QString& text, QColor colour)
    {
        painter.setFont(uiFont(11, QFont::Medium));
        QRectF box(0, 0, painter.fontMetrics().horizontalAdvance(text) + 14, 20);
        box.moveTop(top.top() + 8);
        if (side == Qt::AlignLeft)
            box.moveLeft(top.left() + 8);
        else
            box.moveRight(top.right() - 8);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(10, 13, 17, 215));
        painter.drawRoundedRect(box, 4, 4);
        painter.setPen(colour.lightness() < 130 ? colour.lighter(170) : colour);
        painter.drawText(box, Qt::AlignCenter, text);
    }

    const EpisodeTable& m_table;
};

}  // namespace

EpisodeTiles::EpisodeTiles(EpisodeTable& table, QWidget* parent) : QListView(parent)
{
    setModel(&table);
    setItemDelegate(new TileDelegate(table, this));
    setViewMode(QListView::IconMode);
    setMovement(QListView::Static);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setAttribute(Qt::WA_InputMethodEnabled, false);
    viewport()->setAttribute(Qt::WA_InputMethodEnabled, false);
    setProperty("role", "tiles");
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, &EpisodeTiles::visibleChanged);
    fit();
}

int EpisodeTiles::columns() const { return std::max(1, (viewport()->width() - 2) / std::max(1, gridSize().width())); }

std::pair<int, int> EpisodeTiles::visibleRows() const
{
    const int count = model()->rowCount();
    if (count == 0) return {-1, -1};
    const int height = std::max(1, gridSize().height());
    const int first = verticalScrollBar()->value() / height * columns();
    const int last = ((verticalScrollBar()->value() + viewport()->height()) / height + 1) * columns() - 1;
    return {std::min(first, count - 1), std::min(last, count - 1)};
}

void EpisodeTiles::move(int rows, bool extend)
{
    const int count = model()->rowCount();
    if (count == 0) return;
    const QModelIndex wanted = model()->index(std::clamp(std::max(0, currentIndex().row()) + rows, 0, count - 1), 0);
    selectionModel()->setCurrentIndex(wanted,
                                      extend ? QItemSelectionModel::Select : QItemSelectionModel::ClearAndSelect);
    scrollTo(wanted);
}

void EpisodeTiles::fit()
{
    const int room = viewport()->width() - 2;
    const int count = std::max(1, room / kLeastWidth);
    const int width = std::max(120, room / count);
    setGridSize({width, (width - 2 * kMargin) * 9 / 16 + kTextHeight + 2 * kMargin});
}

void EpisodeTiles::resizeEvent(QResizeEvent* event)
{
    fit();
    QListView::resizeEvent(event);
    m_settle.start();
}

void EpisodeTiles::scrollContentsBy(int dx, int dy)
{
    QListView::scrollContentsBy(dx, dy);
    m_settle.start();
}

void EpisodeTiles::rowsInserted(const QModelIndex& parent, int start, int end)
{
    QListView::rowsInserted(parent, start, end);
    m_settle.start();
}

void EpisodeTiles::reset()
{
    QListView::reset();
    m_settle.start();
}

}  // namespace understudy
