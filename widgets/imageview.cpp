#include "widgets/imageview.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "widgets/theme.h"

namespace understudy {
namespace {

void drawTag(QPainter& painter, const QRect& area, Qt::Alignment side, const QString& text, QColor colour)
{
    if (text.isEmpty()) return;
    const QFontMetrics metrics = painter.fontMetrics();
    const QString shown = metrics.elidedText(text, Qt::ElideRight, area.width() - 24);
    QRect box(0, 0, metrics.horizontalAdvance(shown) + 12, metrics.height() + 4);
    box.moveTop(area.top() + 6);
    if (side == Qt::AlignLeft)
        box.moveLeft(area.left() + 6);
    else
        box.moveRight(area.right() - 6);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(10, 13, 17, 205));
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(colour);
    painter.drawText(box, Qt::AlignCenter, shown);
}

}  // namespace

ImageView::ImageView(const QString& name, QWidget* parent) : QWidget(parent), m_name(name)
{
    setAttribute(Qt::WA_InputMethodEnabled, false);
    setAccessibleName(name);
    setMinimumSize(96, 72);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ImageView::setImage(const QImage& image, qint64 capture)
{
    m_capture = capture;
    const bool reshaped = image.size() != m_image.size();
    m_image = image;
    if (reshaped) updateGeometry();
    update();
}

void ImageView::setName(const QString& name)
{
    if (m_name == name) return;
    m_name = name;
    setAccessibleName(name);
    update();
}

void ImageView::setNote(const QString& note, Mark mark)
{
    if (note == m_note && mark == m_mark) return;
    m_note = note;
    m_mark = mark;
    update();
}

void ImageView::setOverlay(const QImage& overlay)
{
    m_overlay = overlay;
    update();
}

void ImageView::setPlaceholder(const QString& text)
{
    m_placeholder = text;
    m_image = {};
    update();
}

int ImageView::heightForWidth(int width) const
{
    return m_image.isNull() ? width * 3 / 4 : width * m_image.height() / std::max(1, m_image.width());
}

void ImageView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    QRect area = rect();
    if (!m_image.isNull()) {
        QSize fitted = m_image.size().scaled(size(), Qt::KeepAspectRatio);
        area = QRect(QPoint((width() - fitted.width()) / 2, (height() - fitted.height()) / 2), fitted);
    }
    QPainterPath rounded;
    rounded.addRoundedRect(area, 8, 8);
    painter.save();
    painter.setClipPath(rounded);
    if (m_image.isNull()) {
        painter.fillRect(area, theme.raised);
        painter.setPen(theme.faint);
        painter.drawText(area.adjusted(12, 24, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_placeholder);
    } else {
        painter.drawImage(area, m_image);
        if (!m_overlay.isNull()) {
            painter.setOpacity(0.5);
            painter.drawImage(area, m_overlay);
            painter.setOpacity(1);
        }
    }
    painter.restore();

    painter.setFont(uiFont(11, QFont::Medium));
    const QColor note =
        m_mark == Mark::None ? QColor(231, 234, 240) : QColor(m_mark == Mark::Bad ? 0xfff0828c : 0xfff0c266);
    drawTag(painter, area, Qt::AlignLeft, QString(m_name).replace(QLatin1Char('_'), QLatin1Char(' ')),
            QColor(231, 234, 240));
    drawTag(painter, area, Qt::AlignRight, (m_mark == Mark::None ? QString() : QStringLiteral("▲ ")) + m_note, note);
    if (m_mark != Mark::None) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_mark == Mark::Bad ? theme.bad : theme.caution, 2));
        painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 8, 8);
    }
    if (m_image.isNull() || m_capture == m_shown) return;
    m_shown = m_capture;
    if (m_capture > 0) emit shown(m_capture);
}

void ImageView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint())) emit clicked();
}

}  // namespace understudy
