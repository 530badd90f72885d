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
        return say(QT_TRANSLATE_NOOP("HoldReason", "stop requested; let go and hold to drive to go on"));
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

StateBanner::StateBanner(QWidget* parent) : QWidget(parent) { setMinimumHeight(96); }

void StateBanner::setState(TeleopPhase phase, HoldReason reason)
{
    if (phase == m_phase && reason == m_reason) return;
    m_phase = phase;
    m_reason = reason;
    setAccessibleName(word() + QStringLiteral(". ") + why());
    update();
}

void StateBanner::setReset(bool reset)
{
    if (m_reset == reset) return;
    m_reset = reset;
    update();
}

QString StateBanner::word() const
{
    if (m_reset && m_phase != TeleopPhase::Fault && m_phase != TeleopPhase::Stopped &&
        m_phase != TeleopPhase::Disconnected)
        return tr("RESET");
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
    if (m_reset && m_reason != HoldReason::StopRequested) return explain(HoldReason::Parked);
    return explain(m_reason);
}

QColor StateBanner::colour() const
{
    const Theme& theme = Theme::current();
    switch (m_phase) {
    case TeleopPhase::Active:
        return m_reset ? theme.accent : theme.good;
    case TeleopPhase::Ready:
    case TeleopPhase::Aligning:
    case TeleopPhase::Engaging:
        return theme.accent;
    case TeleopPhase::Hold:
    case TeleopPhase::Disengaging:
        return m_reset ? theme.accent : theme.caution;
    case TeleopPhase::Stopped:
    case TeleopPhase::Fault:
    case TeleopPhase::Disconnected:
        return theme.bad;
    }
    return theme.faint;
}

QSize StateBanner::sizeHint() const { return {420, 96}; }

void StateBanner::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    QColor fill = theme.panel;
    fill.setAlpha(225);
    painter.setBrush(fill);
    painter.setPen(QPen(colour(), 2));
    painter.drawRoundedRect(box, 10, 10);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour());
    painter.drawRoundedRect(QRectF(box.left() + 10, box.top() + 14, 6, box.height() - 28), 3, 3);
    painter.setPen(colour());
    painter.setFont(uiFont(48, QFont::Bold));
    painter.drawText(QRectF(box.left() + 28, box.top() + 6, box.width() - 36, 56), Qt::AlignLeft | Qt::AlignVCenter,
                     word());
    painter.setPen(theme.text);
    painter.setFont(uiFont(13));
    painter.drawText(QRectF(box.left() + 30, box.bottom() - 32, box.width() - 40, 24), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(why(), Qt::ElideRight, static_cast<int>(box.width()) - 40));
}

}  // namespace understudy
