#include "app/studio/labelpanel.h"

#include <algorithm>

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "app/studio/labelsearch.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

enum Role { kIndex = Qt::UserRole, kOther };

/// A row: the label's colour, its title in both languages, and its key.
class LabelDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {120, 32}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = Theme::current();
        const int label = index.data(kIndex).toInt();
        const QRectF box = QRectF(option.rect).adjusted(0, 1, 0, -1);
        painter->setRenderHint(QPainter::Antialiasing);
        const bool isCurrent = option.state & QStyle::State_Selected;
        painter->setPen(isCurrent ? QPen(theme.accent, 1.5) : QPen(Qt::NoPen));
        painter->setBrush(option.state & QStyle::State_MouseOver ? theme.line : theme.raised);
        painter->drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.label(label));
        painter->drawRoundedRect(QRectF(box.left() + 6, box.top() + 6, 6, box.height() - 12), 3, 3);

        const QRectF text = box.adjusted(22, 0, -40, 0);
        painter->setFont(uiFont(13));
        painter->setPen(theme.text);
        const QString title =
            painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, int(text.width()));
        painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter, title);
        const double used = painter->fontMetrics().horizontalAdvance(title) + 8;
        painter->setFont(uiFont(12));
        painter->setPen(theme.faint);
        if (text.width() > used + 16)
            painter->drawText(text.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                              painter->fontMetrics().elidedText(index.data(kOther).toString(), Qt::ElideRight,
                                                                int(text.width() - used)));
        if (label >= 9) return;
        const QRectF cap(box.right() - 30, box.center().y() - 9, 22, 18);
        painter->setPen(theme.line);
        painter->setBrush(theme.panel);
        painter->drawRoundedRect(cap, 4, 4);
        painter->setFont(uiFont(11));
        painter->setPen(theme.muted);
        painter->drawText(cap, Qt::AlignCenter, QString::number(label + 1));
    }
};

}  // namespace

LabelPanel::LabelPanel(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_heading = new QLabel(this);
    m_heading->setProperty("role", "heading");
    column->addWidget(m_heading);
    m_search = new QLineEdit(this);
    m_search->setObjectName(QStringLiteral("annotate.search"));
    m_search->setFocusPolicy(Qt::ClickFocus);
    // Initials and English need no input method, and a candidate window would swallow them.
    m_search->setAttribute(Qt::WA_InputMethodEnabled, false);
    m_search->installEventFilter(this);
    column->addWidget(m_search);
    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("annotate.labels"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAttribute(Qt::WA_InputMethodEnabled, false);
    m_list->setMouseTracking(true);
    m_list->setItemDelegate(new LabelDelegate(m_list));
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_list, 1);
    connect(m_search, &QLineEdit::textChanged, this, &LabelPanel::refill);
    connect(m_list, &QListWidget::itemClicked, this, [this](const QListWidgetItem* item) {
        const int index = item->data(kIndex).toInt();
        leave();
        emit chosen(index);
    });
    translate();
}

void LabelPanel::translate()
{
    m_heading->setText(tr("LABELS"));
    m_search->setPlaceholderText(m_searchKey.isEmpty() ? tr("Type initials: zq, gr …")
                                                       : tr("%1  type initials: zq, gr …").arg(m_searchKey));
    m_search->setAccessibleName(tr("Find a label"));
}

void LabelPanel::setSearchKey(const QString& key)
{
    m_searchKey = key;
    translate();
}

void LabelPanel::setLabels(std::vector<AnnotateLabel> labels)
{
    m_labels = std::move(labels);
    m_current = std::clamp(m_current, 0, std::max(0, static_cast<int>(m_labels.size()) - 1));
    refill();
}

void LabelPanel::setCurrent(int index)
{
    m_current = index;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(kIndex).toInt() == index) m_list->setCurrentRow(row);
}

void LabelPanel::refill()
{
    m_list->clear();
    for (const int index : findLabels(m_labels, m_search->text())) {
        const AnnotateLabel& label = m_labels[static_cast<std::size_t>(index)];
        auto* item = new QListWidgetItem(label.title, m_list);
        item->setData(kIndex, index);
        item->setData(kOther, label.otherTitle);
    }
    if (m_search->text().isEmpty())
        setCurrent(m_current);
    else
        m_list->setCurrentRow(0);
}

void LabelPanel::search()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void LabelPanel::leave()
{
    m_search->clear();
    if (m_search->hasFocus()) emit searchLeft();
}

bool LabelPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_search || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    switch (static_cast<QKeyEvent&>(*event).key()) {
    case Qt::Key_Escape:
        leave();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: {
        const QListWidgetItem* item = m_list->currentItem();
        if (item == nullptr) return true;
        const int index = item->data(kIndex).toInt();
        leave();
        emit chosen(index);
        return true;
    }
    case Qt::Key_Up:
        m_list->setCurrentRow(std::max(0, m_list->currentRow() - 1));
        return true;
    case Qt::Key_Down:
        m_list->setCurrentRow(std::min(m_list->count() - 1, m_list->currentRow() + 1));
        return true;
    default:
        return false;
    }
}

void LabelPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    QWidget::changeEvent(event);
}

}  // namespace understudy
