#include "widgets/robotplate.h"

#include <QPainter>
#include <QPainterPath>

#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kHeight = 32;
constexpr int kPad = 12;

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
    const int rest = m_empty ? 0 : kPad + plain.horizontalAdvance(detail());
    return {2 * kPad + 4 + bold.horizontalAdvance(word()) + rest, kHeight};
}

void RobotPlate::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    const QColor frame = m_empty ? theme.faint : m_text.real ? theme.caution : theme.accent;
    if (!m_empty && m_text.real) {
        QPainterPath clip;
        clip.addRoundedRect(box, 4, 4);
        painter.fillPath(clip, theme.caution);
        painter.save();
        painter.setClipPath(clip);
        painter.setPen(QPen(QColor(0, 0, 0, 150), 5));
        for (int x = -4; x < 18; x += 11) painter.drawLine(QPointF(x, kHeight), QPointF(x + 14, 0));
        painter.restore();
    } else {
        painter.setPen(QPen(frame, 1.5, Qt::DashLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box, kHeight / 2.0, kHeight / 2.0);
    }
    const bool filled = !m_empty && m_text.real;
    int x = kPad + (filled ? 14 : 2);
    painter.setFont(uiFont(15, QFont::Bold));
    painter.setPen(filled ? QColor(20, 16, 4) : frame);
    painter.drawText(QRect(x, 0, width(), kHeight), Qt::AlignVCenter | Qt::AlignLeft, word());
    x += painter.fontMetrics().horizontalAdvance(word()) + 10;
    painter.setFont(uiFont(12));
    painter.setPen(filled ? QColor(20, 16, 4) : theme.muted);
    painter.drawText(QRect(x, 0, width() - x - 6, kHeight), Qt::AlignVCenter | Qt::AlignLeft, detail());
}

}  // namespace understudy
