#include "widgets/statebanner.h"

#include <QCoreApplication>
#include <QPainter>

#include "widgets/theme.h"

namespace understudy {

QString explain(HoldReason reason)
{
    const auto say = [](const char* text) { return QCoreApplication::translate("HoldReason", text); };
    switch (reason) {
    case HoldReason::None:
        return {};
    case HoldReason::StopRequested:
        return say(QT_TRANSLATE_NOOP("HoldReason", "stop requested; press C to go on"));
    case HoldReason::NoRobot:
        return say(QT_TRANSLATE_NOOP("HoldReason", "no robot answers; check its link"));
    case HoldReason::RobotStale:
        return say(QT_TRANSLATE_NOOP("HoldReason", "the robot's state is late; check its link"));
    case HoldReason::NoOperator:
        return say(QT_TRANSLATE_NOOP("HoldReason", "no operator device sends; switch it on"));
    case HoldReason::OperatorStale:
        return say(QT_TRANSLATE_NOOP("HoldReason", "the operator's device is late; check it"));
    case HoldReason::NotTracked:
        return say(QT_TRANSLATE_NOOP("HoldReason", "hands are not tracked; bring them into view"));
    case HoldReason::ViewStale:
        return say(QT_TRANSLATE_NOOP("HoldReason", "the picture is late; wait for it"));
    case HoldReason::HoldToDriveReleased:
        return say(QT_TRANSLATE_NOOP("HoldReason", "hold to drive"));
    case HoldReason::Clutched:
        return say(QT_TRANSLATE_NOOP("HoldReason", "clutch held; release it to go on"));
    case HoldReason::InputJump:
        return say(QT_TRANSLATE_NOOP("HoldReason", "the hand jumped; let go and hold to drive again"));
    case HoldReason::SolverFailed:
        return say(QT_TRANSLATE_NOOP("HoldReason", "no safe way there; move back a little"));
    case HoldReason::Parked:
        return say(QT_TRANSLATE_NOOP("HoldReason", "parked; press clear when the table is ready"));
    case HoldReason::Contact:
        return say(QT_TRANSLATE_NOOP("HoldReason", "contact; back off"));
    case HoldReason::Workspace:
        return say(QT_TRANSLATE_NOOP("HoldReason", "the hand is outside of the workspace; bring it back"));
    }
    return {};
}

StateBanner::StateBanner(QWidget* parent) : QWidget(parent) { setAttribute(Qt::WA_TransparentForMouseEvents); }

void StateBanner::setState(TeleopPhase phase, HoldReason reason)
{
    if (phase == m_phase && reason == m_reason) return;
    m_phase = phase;
    m_reason = reason;
    setAccessibleName(word() + QStringLiteral(". ") + why());
    update();
}

void StateBanner::setBar(Bar bar)
{
    if (m_bar == bar) return;
    m_bar = bar;
    update();
}

QString StateBanner::word() const
{
    if (m_phase == TeleopPhase::Disengaging && m_reason == HoldReason::Parked) return tr("PARKING");
    if (m_bar != Bar::None && m_phase == TeleopPhase::Ready) return m_bar == Bar::Reset ? tr("RESET") : tr("LOCKED");
    switch (m_phase) {
    case TeleopPhase::Disconnected:
        return tr("NO ROBOT");
    case TeleopPhase::Ready:
        return tr("READY");
    case TeleopPhase::Aligning:
        return tr("ALIGN");
    case TeleopPhase::Engaging:
        return tr("ENGAGING");
    case TeleopPhase::Active:
        return tr("ACTIVE");
    case TeleopPhase::Hold:
        return tr("HOLD");
    case TeleopPhase::Disengaging:
        return tr("LETTING GO");
    case TeleopPhase::Fault:
        return tr("FAULT");
    case TeleopPhase::Stopped:
        return tr("STOPPED");
    }
    return {};
}

QString StateBanner::why() const
{
    if (m_phase == TeleopPhase::Disengaging && m_reason == HoldReason::Parked) return tr("slowly to the rest posture");
    if (m_phase == TeleopPhase::Ready && m_bar == Bar::Unconfirmed) return tr("nobody has taken command of this robot");
    if (m_phase == TeleopPhase::Ready && m_bar == Bar::Reset) return explain(HoldReason::Parked);
    if (m_phase == TeleopPhase::Active) return tr("the robot follows; let go to stop");
    if (m_phase == TeleopPhase::Aligning) return tr("the robot's command meets its posture");
    if (m_phase == TeleopPhase::Engaging) return tr("slowly at first; keep holding");
    return explain(m_reason);
}

QColor StateBanner::colour() const
{
    const Theme& theme = Theme::current();
    switch (m_phase) {
    case TeleopPhase::Active:
        return theme.good;
    case TeleopPhase::Ready:
    case TeleopPhase::Aligning:
    case TeleopPhase::Engaging:
        return theme.accent;
    case TeleopPhase::Hold:
        return theme.caution;
    case TeleopPhase::Disengaging:
        return m_reason == HoldReason::Parked ? theme.accent : theme.caution;
    case TeleopPhase::Stopped:
    case TeleopPhase::Fault:
    case TeleopPhase::Disconnected:
        return theme.bad;
    }
    return theme.faint;
}

QSize StateBanner::sizeHint() const { return {scaled(460), scaled(104)}; }

void StateBanner::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    QColor fill = theme.panel;
    fill.setAlpha(235);
    painter.setBrush(fill);
    painter.setPen(QPen(colour(), 2));
    painter.drawRoundedRect(box, 10, 10);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour());
    const double bar = scaled(6);
    painter.drawRoundedRect(QRectF(box.left() + scaled(12), box.top() + scaled(16), bar, box.height() - scaled(32)), 3,
                            3);
    const double left = box.left() + scaled(32);
    const double room = box.right() - scaled(12) - left;
    painter.setPen(colour());
    painter.setFont(uiFont(50, QFont::Bold));
    painter.drawText(QRectF(left, box.top() + scaled(8), room, scaled(56)), Qt::AlignLeft | Qt::AlignVCenter, word());
    painter.setPen(theme.text);
    painter.setFont(uiFont(15));
    painter.drawText(QRectF(left + 2, box.bottom() - scaled(38), room, scaled(28)), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(why(), Qt::ElideRight, static_cast<int>(room)));
}

}  // namespace understudy
