#include "widgets/robotplate.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>

#include "widgets/theme.h"

namespace understudy {
namespace {

int plateHeight() { return scaled(32); }
int pad() { return scaled(12); }

}  // namespace

RobotPlate::RobotPlate(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }

void RobotPlate::setText(const PlateText& text)
{
    m_text = text;
    m_empty = false;
    setToolTip(detail());
    setAccessibleName(word() + QLatin1Char(' ') + detail());
    updateGeometry();
    update();
}

void RobotPlate::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::LanguageChange) updateGeometry();
    QWidget::changeEvent(event);
}

void RobotPlate::clear()
{
    m_empty = true;
    updateGeometry();
    update();
}

QString RobotPlate::word() const
{
    if (m_empty) return tr("NO ROBOT");
    return m_text.real ? tr("REAL") : tr("SIM");
}

QString RobotPlate::detail() const
{
    if (m_empty) return {};
    const QString robot = m_text.real ? m_text.model + QStringLiteral(" · ") + m_text.serial : m_text.model;
    return robot + QStringLiteral(" · ") + (m_text.stopDamps ? tr("stop damps: will sink") : tr("stop keeps posture"));
}

QSize RobotPlate::sizeHint() const
{
    const QFontMetrics bold(uiFont(15, QFont::Bold));
    const QFontMetrics plain(uiFont(12));
    const int rest = m_empty ? 0 : pad() + plain.horizontalAdvance(detail());
    const int stripes = !m_empty && m_text.real ? scaled(16) : scaled(4);
    return {2 * pad() + stripes + bold.horizontalAdvance(word()) + rest, plateHeight()};
}

void RobotPlate::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int high = QWidget::height();
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    const QColor frame = m_empty ? theme.faint : m_text.real ? theme.caution : theme.accent;
    if (!m_empty && m_text.real) {
        QPainterPath clip;
        clip.addRoundedRect(box, 4, 4);
        painter.fillPath(clip, theme.caution);
        painter.save();
        painter.setClipPath(clip);
        painter.setPen(QPen(QColor(0, 0, 0, 150), 5));
        for (int x = -4; x < 18; x += 11) painter.drawLine(QPointF(x, high), QPointF(x + 14, 0));
        painter.restore();
    } else {
        painter.setPen(QPen(frame, 1.5, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box, high / 2.0, high / 2.0);
    }
    const bool filled = !m_empty && m_text.real;
    int x = pad() + (filled ? 14 : 2);
    painter.setFont(uiFont(15, QFont::Bold));
    painter.setPen(filled ? QColor(20, 16, 4) : frame);
    painter.drawText(QRect(x, 0, width(), high), Qt::AlignVCenter | Qt::AlignLeft, word());
    x += painter.fontMetrics().horizontalAdvance(word()) + 10;
    painter.setFont(uiFont(12));
    painter.setPen(filled ? QColor(20, 16, 4) : theme.muted);
    painter.drawText(QRect(x, 0, width() - x - 6, high), Qt::AlignVCenter | Qt::AlignLeft, detail());
}

}  // namespace understudy
