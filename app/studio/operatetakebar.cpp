#include "app/studio/operatetakebar.h"

#include <algorithm>

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>

#include "widgets/theme.h"

namespace understudy {

RecordButton::RecordButton(QWidget* parent) : QPushButton(parent)
{
    setObjectName(QStringLiteral("operate.record"));
    setFocusPolicy(Qt::NoFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

void RecordButton::setTake(bool recording, double seconds)
{
    const int tenths = recording ? static_cast<int>(seconds * 10) : 0;
    if (recording == m_recording && tenths == m_tenths) return;
    m_recording = recording;
    m_tenths = tenths;
    setAccessibleName(m_recording ? tr("Recording %1").arg(timeText()) : tr("Start a take"));
    update();
}

QString RecordButton::timeText() const
{
    return QStringLiteral("%1:%2.%3")
        .arg(m_tenths / 600, 2, 10, QLatin1Char('0'))
        .arg(m_tenths / 10 % 60, 2, 10, QLatin1Char('0'))
        .arg(m_tenths % 10);
}

QSize RecordButton::sizeHint() const { return {scaled(112), scaled(92)}; }

void RecordButton::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = isEnabled() || m_recording ? theme.bad : theme.faint;
    const QPointF centre(width() / 2.0, height() / 2.0 - scaled(14));
    const double radius = scaled(30);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, 2.5));
    if (m_recording) {
        painter.drawRoundedRect(QRectF(centre - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius)), 12, 12);
    } else {
        painter.drawEllipse(centre, radius, radius);
    }
    QColor fill = colour;
    if (!m_recording && !isEnabled()) fill.setAlpha(70);
    if (underMouse() && !m_recording) fill = fill.lighter(112);
    painter.setBrush(fill);
    painter.setPen(Qt::NoPen);
    const double inner = scaled(m_recording ? 19 : 23);
    if (m_recording)
        painter.drawRoundedRect(QRectF(centre - QPointF(inner, inner), QSizeF(2 * inner, 2 * inner)), 6, 6);
    else
        painter.drawEllipse(centre, inner, inner);
    painter.setPen(m_recording ? theme.text : theme.faint);
    painter.setFont(uiFont(m_recording ? 18 : 12, QFont::DemiBold));
    painter.drawText(rect().adjusted(0, height() - scaled(26), 0, 0), Qt::AlignCenter,
                     m_recording ? timeText() : tr("no take"));
}

OperateTakeBar::OperateTakeBar(KeyRouter& keys, QWidget* parent) : QFrame(parent)
{
    setProperty("role", "panel");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 10, 16, 10);
    row->setSpacing(12);
    const auto button = [&](const char* act, const char* role, QLayout* into) {
        auto* made = new OperateButton(keys, QLatin1String(act), role, this);
        into->addWidget(made);
        return made;
    };
    record = new RecordButton(this);
    row->addWidget(record);
    auto* outcomes = new QVBoxLayout;
    outcomes->setSpacing(8);
    start = button("operate.start", "primary", outcomes);
    success = button("operate.success", "good", outcomes);
    failure = button("operate.failure", "caution", outcomes);
    row->addLayout(outcomes);
    row->addSpacing(8);
    auto* others = new QVBoxLayout;
    others->setSpacing(8);
    mark = button("operate.mark", "", others);
    redo = button("operate.redo", "", others);
    row->addLayout(others);
    row->addSpacing(16);

    auto* health = new QVBoxLayout;
    health->setSpacing(4);
    health->addStretch();
    streams = new QPushButton(this);
    streams->setObjectName(QStringLiteral("operate.streams"));
    streams->setProperty("role", "flat");
    streams->setCheckable(true);
    streams->setFocusPolicy(Qt::NoFocus);
    m_figures = new QLabel(this);
    m_figures->setProperty("role", "muted");
    m_figures->setContentsMargins(14, 0, 0, 0);
    health->addWidget(streams, 0, Qt::AlignLeft);
    health->addWidget(m_figures);
    health->addStretch();
    row->addLayout(health, 1);

    row->addSpacing(24);
    stop = new OperateButton(keys, QStringLiteral("stop"), "bad", this);
    stop->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    row->addWidget(stop);
    translate();
}

void OperateTakeBar::translate()
{
    start->setTitle(tr("Start take"));
    success->setTitle(tr("Success"));
    failure->setTitle(tr("Failure …"));
    mark->setTitle(tr("Mark"));
    redo->setTitle(tr("Redo"));
    stop->setTitle(tr("Stop request"));
    record->update();
}

void OperateTakeBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::LanguageChange) {
        stop->setFixedSize(std::max(scaled(168), stop->sizeHint().width()), scaled(84));
        for (OperateButton* each : {start, success, failure}) each->setMinimumWidth(scaled(164));
        for (OperateButton* each : {mark, redo}) each->setMinimumWidth(scaled(124));
        record->updateGeometry();
    }
    QFrame::changeEvent(event);
}

void OperateTakeBar::show(const OperateView& view)
{
    record->setTake(view.recording, view.takeSeconds);
    record->setEnabled(view.canStart);
    record->setToolTip(view.whyNoStart);
    start->setVisible(!view.recording);
    start->setEnabled(view.canStart);
    start->setToolTip(view.whyNoStart);
    success->setVisible(view.recording);
    failure->setVisible(view.recording);
    mark->setEnabled(view.recording);
    redo->setEnabled(view.recording);
    stop->setEnabled(view.connected);
    showHealth(view);
}

void OperateTakeBar::showHealth(const OperateView& view)
{
    // What loses data comes before what might.
    const StreamLine* bad = nullptr;
    for (const StreamLine& line : view.streams)
        if (!line.problem.isEmpty() && (bad == nullptr || (bad->dropped == 0 && line.dropped > 0))) bad = &line;
    const Theme& theme = Theme::current();
    QString text;
    QColor colour = theme.good;
    if (bad != nullptr) {
        text = QStringLiteral("▲ %1: %2").arg(bad->name, bad->problem);
        colour = bad->dropped > 0 ? theme.bad : theme.caution;
    } else if (!view.recorderProblem.isEmpty()) {
        text = QStringLiteral("▲ ") + view.recorderProblem;
        colour = theme.caution;
    } else if (view.streams.empty()) {
        text = tr("no streams");
        colour = theme.faint;
    } else {
        text = tr("✓ all %n good", nullptr, static_cast<int>(view.streams.size()));
    }
    text += streams->isChecked() ? QStringLiteral("  ▴") : QStringLiteral("  ▾");
    const QString style = QStringLiteral("color: %1; text-align: left; font-weight: 600;").arg(colour.name());
    if (streams->text() != text || streams->styleSheet() != style) {
        streams->setText(text);
        streams->setStyleSheet(style);
    }
    QStringList figures;
    if (view.connected) {
        figures << tr("motion to command %1 ms").arg(view.latencyMs, 0, 'f', 1)
                << tr("target to measured %1 mm").arg(view.trackingMm, 0, 'f', 0);
        if (view.diskMinutes >= 0) figures << diskText(view);
    }
    m_figures->setText(figures.join(QStringLiteral("   ·   ")));
}

QString OperateTakeBar::diskText(const OperateView& view)
{
    const Theme& theme = Theme::current();
    if (view.room == DiskRoom::Enough && view.diskMinutes >= 120)
        return tr("disk for %1 h").arg(view.diskMinutes / 60, 0, 'f', 0);
    const QString minutes = tr("disk for %1 min").arg(view.diskMinutes, 0, 'f', 0);
    if (view.room == DiskRoom::Enough) return minutes;
    return QStringLiteral("<b style='color:%1'>▲ %2</b>")
        .arg((view.room == DiskRoom::Last ? theme.bad : theme.caution).name(), minutes);
}

QString describeStreams(const OperateView& view)
{
    const auto tr = [](const char* text) { return OperateTakeBar::tr(text); };
    QString rows;
    for (const StreamLine& line : view.streams)
        rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td align=right>%2</td><td>&nbsp;&nbsp;%3</td></tr>")
                    .arg(line.name.toHtmlEscaped(),
                         line.announcedHz > 0
                             ? tr("%1 of %2 Hz").arg(line.rateHz, 0, 'f', 1).arg(line.announcedHz, 0, 'f', 0)
                             : tr("as it happens"),
                         line.problem.toHtmlEscaped());
    QString below;
    for (const QString& line : {view.recorderProblem, view.stalls, view.awake})
        if (!line.isEmpty()) below += QStringLiteral("<div>%1</div>").arg(line.toHtmlEscaped());
    return QStringLiteral("<table cellspacing=2>%1</table>%2").arg(rows, below);
}

}  // namespace understudy
