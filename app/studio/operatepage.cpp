#include "app/studio/operatepage.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/statebanner.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("operate");

QLabel* label(const char* role, QWidget* parent)
{
    auto* made = new QLabel(parent);
    made->setProperty("role", role);
    made->setWordWrap(true);
    return made;
}

QFrame* card(QWidget* parent)
{
    auto* frame = new QFrame(parent);
    frame->setProperty("role", "card");
    return frame;
}

QString clockTime(double seconds)
{
    const int tenths = static_cast<int>(seconds * 10);
    return QStringLiteral("%1:%2.%3")
        .arg(tenths / 600, 2, 10, QLatin1Char('0'))
        .arg(tenths / 10 % 60, 2, 10, QLatin1Char('0'))
        .arg(tenths % 10);
}

}  // namespace

std::vector<std::pair<QString, QString>> failureCauses()
{
    return {{QStringLiteral("dropped"), OperatePage::tr("Dropped the object")},
            {QStringLiteral("missed"), OperatePage::tr("Missed the grasp")},
            {QStringLiteral("wrong_place"), OperatePage::tr("Put it in the wrong place")},
            {QStringLiteral("collision"), OperatePage::tr("Hit something")},
            {QStringLiteral("robot"), OperatePage::tr("Robot or camera fault")},
            {QStringLiteral("other"), OperatePage::tr("Something else")}};
}

OperatePage::OperatePage(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_keys(keys)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->setSpacing(0);
    auto* columns = new QSplitter(Qt::Horizontal, this);
    columns->setObjectName(QStringLiteral("operateColumns"));
    columns->setHandleWidth(2);
    columns->addWidget(makeLeft());
    columns->addWidget(makeCentre());
    columns->addWidget(makeRight());
    columns->setStretchFactor(1, 1);
    columns->setSizes({280, 900, 340});
    m_messages = new MessageBar(this);
    layout->addWidget(columns, 1);
    layout->addWidget(m_messages);
    addKeys(keys);
    translate();
}

QWidget* OperatePage::makeLeft()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(220);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 16, 12, 12);
    column->setSpacing(8);
    m_taskHeading = label("heading", panel);
    column->addWidget(m_taskHeading);
    auto* taskCard = card(panel);
    auto* taskLayout = new QVBoxLayout(taskCard);
    taskLayout->setContentsMargins(12, 12, 12, 12);
    m_task = label("title", taskCard);
    m_instruction = label("muted", taskCard);
    taskLayout->addWidget(m_task);
    taskLayout->addWidget(m_instruction);
    column->addWidget(taskCard);
    m_wantedText = label("muted", panel);
    m_wantedBar = new QFrame(panel);
    m_wantedBar->setFixedHeight(6);
    column->addWidget(m_wantedText);
    column->addWidget(m_wantedBar);
    column->addSpacing(12);
    m_lastHeading = label("heading", panel);
    column->addWidget(m_lastHeading);
    m_lastTakes = new QVBoxLayout;
    m_lastTakes->setSpacing(6);
    column->addLayout(m_lastTakes);
    column->addStretch();
    return panel;
}

QWidget* OperatePage::makeCentre()
{
    auto* panel = new QWidget(this);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_viewport = new RobotViewport(panel);
    column->addWidget(m_viewport, 1);
    m_banner = new StateBanner(m_viewport);
    m_figures = label("muted", m_viewport);
    m_figures->setWordWrap(false);

    auto* controls = new QFrame(panel);
    controls->setProperty("role", "panel");
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(16, 12, 16, 12);
    row->setSpacing(12);
    auto* takeColumn = new QVBoxLayout;
    m_start = makeButton(QStringLiteral("primary"), QStringLiteral("operate.start"), [this] { m_acts.startTake(); });
    m_start->setMinimumSize(150, 44);
    m_takeTime = new QLabel(controls);
    m_takeTime->setFont(uiFont(22, QFont::DemiBold));
    m_takeTime->setAlignment(Qt::AlignCenter);
    takeColumn->addWidget(m_start);
    takeColumn->addWidget(m_takeTime);
    row->addLayout(takeColumn);
    auto* outcomes = new QVBoxLayout;
    m_success = makeButton(QStringLiteral("good"), QStringLiteral("operate.success"), [this] { m_acts.success(); });
    m_failure = makeButton(QStringLiteral("caution"), QStringLiteral("operate.failure"), [this] { askCause(); });
    outcomes->addWidget(m_success);
    outcomes->addWidget(m_failure);
    row->addLayout(outcomes);
    auto* between = new QVBoxLayout;
    m_clear = makeButton({}, QStringLiteral("operate.clear"), [this] { m_acts.clear(); });
    m_home = makeButton({}, QStringLiteral("operate.home"), [this] { m_acts.home(); });
    between->addWidget(m_clear);
    between->addWidget(m_home);
    row->addLayout(between);
    auto* health = new QVBoxLayout;
    m_streams = new QPushButton(controls);
    m_streams->setProperty("role", "flat");
    m_streams->setCheckable(true);
    m_streams->setFocusPolicy(Qt::NoFocus);
    m_streamDetails = label("muted", controls);
    m_streamDetails->hide();
    connect(m_streams, &QPushButton::toggled, m_streamDetails, &QWidget::setVisible);
    health->addWidget(m_streams, 0, Qt::AlignLeft);
    health->addWidget(m_streamDetails);
    health->addStretch();
    row->addLayout(health, 1);
    m_redo = makeButton({}, QStringLiteral("operate.redo"), [this] { m_acts.redo(); });
    row->addWidget(m_redo, 0, Qt::AlignTop);
    row->addSpacing(24);
    m_stop = makeButton(QStringLiteral("bad"), QStringLiteral("stop"), [this] { m_acts.stop(); });
    m_stop->setMinimumSize(150, 76);
    row->addWidget(m_stop);
    column->addWidget(controls);
    return panel;
}

QWidget* OperatePage::makeRight()
{
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(220);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 16, 12, 12);
    column->setSpacing(8);
    m_cameraHeading = label("heading", panel);
    column->addWidget(m_cameraHeading);
    m_cameraRows = new QVBoxLayout;
    m_cameraRows->setSpacing(8);
    column->addLayout(m_cameraRows);
    column->addStretch();
    return panel;
}

QPushButton* OperatePage::makeButton(const QString& role, const QString& act, const std::function<void()>& run)
{
    auto* button = new QPushButton(this);
    if (!role.isEmpty()) button->setProperty("role", role);
    button->setProperty("act", act);
    button->setObjectName(act);
    button->setFocusPolicy(Qt::NoFocus);
    connect(button, &QPushButton::clicked, this, run);
    return button;
}

void OperatePage::addKeys(KeyRouter& keys)
{
    const auto click = [](QPushButton* button) {
        return [button] {
            if (button->isEnabled() && button->isVisible()) button->click();
        };
    };
    keys.add({.id = "operate.drive",
              .page = kPage,
              .title = tr("Hold to drive"),
              .key = Qt::Key_Space,
              .run = [this] { m_acts.holdToDrive(true); },
              .released = [this] { m_acts.holdToDrive(false); }});
    keys.add(
        {.id = "operate.start", .page = kPage, .title = tr("Start a take"), .key = Qt::Key_R, .run = click(m_start)});
    keys.add({.id = "operate.success",
              .page = kPage,
              .title = tr("End the take: success"),
              .key = Qt::Key_Return,
              .run = click(m_success)});
    keys.add({.id = "operate.failure",
              .page = kPage,
              .title = tr("End the take: failure …"),
              .key = Qt::Key_F,
              .run = click(m_failure)});
    keys.add({.id = "operate.redo",
              .page = kPage,
              .title = tr("Redo: set this take aside"),
              .key = Qt::Key_Z,
              .run = click(m_redo)});
    keys.add({.id = "operate.mark", .page = kPage, .title = tr("Mark this moment"), .key = Qt::Key_M, .run = [this] {
                  m_acts.mark();
              }});
    keys.add({.id = "operate.clear",
              .page = kPage,
              .title = tr("The table is clear"),
              .key = Qt::Key_C,
              .run = click(m_clear)});
    keys.add({.id = "operate.home", .page = kPage, .title = tr("Robot home"), .key = Qt::Key_H, .run = click(m_home)});
    connect(&keys, &KeyRouter::changed, this, &OperatePage::translate);
}

void OperatePage::translate()
{
    m_taskHeading->setText(tr("TASK"));
    m_lastHeading->setText(tr("LAST TAKES"));
    m_cameraHeading->setText(tr("CAMERAS"));
    const std::vector<std::pair<QPushButton*, QString>> titles{
        {m_start, tr("Start take")}, {m_success, tr("Success")},   {m_failure, tr("Failure …")},
        {m_redo, tr("Redo")},        {m_stop, tr("Stop request")}, {m_clear, tr("Table is clear")},
        {m_home, tr("Robot home")}};
    for (const auto& [button, title] : titles) {
        QString key;
        for (const KeyAct& act : m_keys.acts())
            if (act.id == button->property("act").toString()) key = act.key.toString(QKeySequence::NativeText);
        if (button == m_stop) key = QKeySequence(Qt::Key_Escape).toString(QKeySequence::NativeText);
        button->setText(key.isEmpty() ? title : title + QStringLiteral("   ") + key);
    }
}

void OperatePage::setModel(SceneModel model) { m_viewport->setModel(std::move(model)); }

void OperatePage::show(const OperateView& view)
{
    const bool reframed = view.phase != m_view.phase || view.reset != m_view.reset;
    m_view = view;
    m_banner->setState(view.phase, view.reason);
    m_banner->setReset(view.reset);
    m_task->setText(view.task);
    m_instruction->setText(view.instruction);
    m_instruction->setVisible(!view.instruction.isEmpty());
    m_wantedText->setText(view.wanted > 0 ? tr("%1 of %2 wanted today").arg(view.done).arg(view.wanted)
                                          : tr("%n take(s) this session", nullptr, view.done));
    const double share = view.wanted > 0 ? std::min(1.0, static_cast<double>(view.done) / view.wanted) : 0;
    m_wantedBar->setVisible(view.wanted > 0);
    const Theme& theme = Theme::current();
    m_wantedBar->setStyleSheet(QStringLiteral("border-radius: 3px; background: qlineargradient(x1:0, x2:1, stop:0 %1, "
                                              "stop:%2 %1, stop:%3 %4, stop:1 %4);")
                                   .arg(theme.accent.name())
                                   .arg(share)
                                   .arg(std::min(1.0, share + 0.001))
                                   .arg(theme.line.name()));
    showTake(view);
    showLastTakes(view.lastTakes);
    showStreams(view.streams);
    showCameras(view.cameras);
    m_viewport->show(view.scene);
    QStringList figures{tr("motion to command %1 ms").arg(view.latencyMs, 0, 'f', 2),
                        tr("target to measured %1 mm").arg(view.trackingMm, 0, 'f', 0)};
    if (view.diskMinutes >= 0) figures << tr("disk for %1 h").arg(view.diskMinutes / 60, 0, 'f', 1);
    m_figures->setText(figures.join(QStringLiteral("   ·   ")));
    m_figures->adjustSize();
    placeBanner();
    if (reframed) update();
    if (!m_complete && !view.scene.bodies.empty()) {
        m_complete = true;
        emit complete();
    }
}

void OperatePage::showTake(const OperateView& view)
{
    m_start->setVisible(!view.recording);
    m_start->setEnabled(view.canStart);
    m_start->setToolTip(view.whyNoStart);
    m_success->setEnabled(view.recording);
    m_failure->setEnabled(view.recording);
    m_redo->setEnabled(view.recording || !view.lastTakes.empty());
    m_clear->setEnabled(view.reset);
    m_home->setEnabled(!view.recording);
    m_stop->setEnabled(view.connected);
    m_takeTime->setText(view.recording ? QStringLiteral("■ ") + clockTime(view.takeSeconds) : tr("no take"));
    m_takeTime->setStyleSheet(
        QStringLiteral("color: %1;").arg((view.recording ? Theme::current().bad : Theme::current().faint).name()));
}

void OperatePage::showLastTakes(const std::vector<LastTake>& takes)
{
    std::vector<QString> shown;
    for (const LastTake& take : takes) shown.push_back(take.id + take.outcome + take.reason);
    if (shown == m_shownTakes) return;
    m_shownTakes = std::move(shown);
    while (QLayoutItem* item = m_lastTakes->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const Theme& theme = Theme::current();
    for (const LastTake& take : takes) {
        auto* box = card(this);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(12, 8, 12, 8);
        column->setSpacing(2);
        auto* row = new QHBoxLayout;
        auto* name = new QLabel(tr("%1 s").arg(take.seconds, 0, 'f', 1), box);
        auto* verdict = new QLabel((take.good ? QStringLiteral("✓ ") : QStringLiteral("✕ ")) + take.outcome, box);
        verdict->setStyleSheet(
            QStringLiteral("color: %1; font-weight: 600;").arg((take.good ? theme.good : theme.caution).name()));
        row->addWidget(name);
        row->addStretch();
        row->addWidget(verdict);
        column->addLayout(row);
        if (!take.reason.isEmpty()) {
            auto* reason = label("muted", box);
            reason->setText(take.reason);
            column->addWidget(reason);
        }
        m_lastTakes->addWidget(box);
    }
}

void OperatePage::showStreams(const std::vector<StreamLine>& streams)
{
    const auto bad = std::find_if(streams.begin(), streams.end(),
                                  [](const StreamLine& line) { return !line.problem.isEmpty() || line.dropped > 0; });
    QString text;
    QColor colour = Theme::current().good;
    if (streams.empty()) {
        text = tr("no streams");
        colour = Theme::current().faint;
    } else if (bad == streams.end()) {
        text = tr("✓ all %n good", nullptr, static_cast<int>(streams.size()));
    } else {
        text = QStringLiteral("▲ %1: %2")
                   .arg(bad->name, bad->problem.isEmpty() ? tr("%1 lost").arg(bad->dropped) : bad->problem);
        colour = Theme::current().caution;
    }
    if (m_streams->text() != text) {
        m_streams->setText(text);
        m_streams->setStyleSheet(QStringLiteral("color: %1; text-align: left; font-weight: 600;").arg(colour.name()));
    }
    if (!m_streamDetails->isVisible()) return;
    QStringList lines;
    for (const StreamLine& line : streams)
        lines << tr("%1  %2 of %3 Hz").arg(line.name).arg(line.rateHz, 0, 'f', 1).arg(line.announcedHz, 0, 'f', 0);
    m_streamDetails->setText(lines.join(QLatin1Char('\n')));
}

void OperatePage::showCameras(const std::vector<CameraPicture>& cameras)
{
    if (cameras.size() != m_cameras.size()) {
        for (ImageView* view : m_cameras) view->deleteLater();
        m_cameras.clear();
        for (const CameraPicture& camera : cameras) {
            m_cameras.push_back(new ImageView(camera.name, this));
            m_cameraRows->addWidget(m_cameras.back());
        }
    }
    for (std::size_t i = 0; i < cameras.size(); ++i) {
        if (!cameras[i].image.isNull()) m_cameras[i]->setImage(cameras[i].image);
        const bool good = cameras[i].problem.isEmpty();
        m_cameras[i]->setNote(good ? cameras[i].note : cameras[i].problem,
                              good ? ImageView::Mark::None : ImageView::Mark::Caution);
    }
}

void OperatePage::askCause()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    int number = 1;
    for (const auto& [cause, text] : failureCauses()) {
        QAction* action = menu->addAction(QStringLiteral("&%1  %2").arg(number++).arg(text));
        connect(action, &QAction::triggered, this, [this, stored = cause] { m_acts.failure(stored); });
    }
    menu->popup(m_failure->mapToGlobal(QPoint(0, -menu->sizeHint().height() - 4)));
}

void OperatePage::placeBanner()
{
    m_banner->setGeometry(16, 16, std::min(460, m_viewport->width() - 32), 100);
    m_figures->move(20, m_viewport->height() - m_figures->height() - 12);
}

void OperatePage::resizeEvent(QResizeEvent*) { placeBanner(); }

void OperatePage::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(QPen(m_banner->colour(), 4));
    painter.drawRect(rect().adjusted(2, 2, -2, -2));
}

void OperatePage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::PaletteChange) {
        m_viewport->setColours(Theme::current().scene());
        m_shownTakes.clear();
    }
    QWidget::changeEvent(event);
}

}  // namespace understudy
