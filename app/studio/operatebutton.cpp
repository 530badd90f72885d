#include "app/studio/operatebutton.h"

#include <algorithm>

#include <QPainter>
#include <QStyleOptionButton>

#include "widgets/theme.h"

namespace understudy {
namespace {

int side() { return scaled(14); }
int gap() { return scaled(18); }
int capPad() { return scaled(6); }

}  // namespace

OperateButton::OperateButton(KeyRouter& keys, const QString& act, const char* role, QWidget* parent)
    : QPushButton(parent), m_keys(keys)
{
    setObjectName(act);
    setProperty("role", role);
    setFocusPolicy(Qt::NoFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&keys, &KeyRouter::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void OperateButton::setTitle(const QString& title)
{
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    updateGeometry();
    update();
}

QString OperateButton::keyText() const
{
    if (objectName() == QStringLiteral("stop")) return QKeySequence(Qt::Key_Escape).toString(QKeySequence::NativeText);
    for (const KeyAct& act : m_keys.acts()) {
        if (act.id != objectName()) continue;
        return act.key == QKeySequence(Qt::Key_Return) ? QStringLiteral("Enter")
                                                       : act.key.toString(QKeySequence::NativeText);
    }
    return {};
}

QSize OperateButton::sizeHint() const
{
    const QFontMetrics title(uiFont(13, QFont::DemiBold));
    const QFontMetrics cap(uiFont(11));
    const QString key = keyText();
    const int keyWidth = key.isEmpty() ? 0 : gap() + cap.horizontalAdvance(key) + 2 * capPad();
    return {2 * side() + title.horizontalAdvance(m_title) + keyWidth, scaled(40)};
}

void OperateButton::press()
{
    if (isEnabled() && isVisible()) click();
}

void OperateButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text.clear();
    style()->drawControl(QStyle::CE_PushButton, &option, &painter, this);
    painter.setRenderHint(QPainter::Antialiasing);

    const Theme& theme = Theme::current();
    const QString role = property("role").toString();
    QColor ink = theme.text;
    if (role == QStringLiteral("primary")) ink = theme.onAccent;
    if (role == QStringLiteral("bad")) ink = theme.bad;
    if (!isEnabled()) ink = theme.faint;
    painter.setPen(ink);
    painter.setFont(uiFont(13, QFont::DemiBold));
    painter.drawText(rect().adjusted(side(), 0, -side(), 0), Qt::AlignLeft | Qt::AlignVCenter, m_title);

    const QString key = keyText();
    if (key.isEmpty()) return;
    painter.setFont(uiFont(11));
    const QFontMetrics metrics = painter.fontMetrics();
    QRectF cap(0, 0, metrics.horizontalAdvance(key) + 2.0 * capPad(), metrics.height() + scaled(4));
    cap.moveCenter(QPointF(width() - side() - cap.width() / 2, height() / 2.0));
    QColor line = ink;
    line.setAlpha(110);
    painter.setPen(line);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    ink.setAlpha(200);
    painter.setPen(ink);
    painter.drawText(cap, Qt::AlignCenter, key);
}

}  // namespace understudy
