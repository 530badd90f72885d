#include "app/studio/operatepage.h"

#include <algorithm>

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/studio/lasttakes.h"
#include "app/studio/operatecards.h"
#include "app/studio/operatedriver.h"
#include "app/studio/operatetakebar.h"
#include "widgets/imageview.h"
#include "widgets/messagebar.h"
#include "widgets/statebanner.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kMargin = 16;

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

QVBoxLayout* sidePanel(QFrame* panel)
{
    panel->setProperty("role", "panel");
    panel->setMinimumWidth(220);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(12, 16, 12, 12);
    column->setSpacing(8);
    return column;
}

}  // namespace

OperatePage::OperatePage(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_keys(keys)
{
    setFocusPolicy(Qt::ClickFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_columns = new QSplitter(Qt::Horizontal, this);
    m_columns->setObjectName(QStringLiteral("operateColumns"));
    m_columns->setHandleWidth(2);
    m_columns->setChildrenCollapsible(false);
    m_columns->addWidget(makeLeft());
    m_columns->addWidget(makeCentre());
    m_columns->addWidget(makeRight());
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({296, 960, 408});
    if (!m_columns->restoreState(QSettings().value(QStringLiteral("operate/columns")).toByteArray()))
        m_columns->setSizes({296, 960, 408});
    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(QStringLiteral("operate/columns"), m_columns->saveState()); });
    m_messages = new MessageBar(this);
    layout->addWidget(m_columns, 1);
    layout->addWidget(m_messages);
    addDrivingKeys();
    addTakeKeys();
    addViewKeys();
    connectActs();
    translate();
}

QWidget* OperatePage::makeLeft()
{
    auto* panel = new QFrame(this);
    QVBoxLayout* column = sidePanel(panel);
    m_taskHeading = label("heading", panel);
    auto* taskCard = card(panel);
    auto* taskLayout = new QVBoxLayout(taskCard);
    taskLayout->setContentsMargins(12, 12, 12, 12);
    taskLayout->setSpacing(6);
    m_task = label("title", taskCard);
    m_instruction = label("muted", taskCard);
    m_wantedText = label("muted", taskCard);
    m_wantedBar = new QFrame(taskCard);
    m_wantedBar->setFixedHeight(6);
    for (QWidget* each : {static_cast<QWidget*>(m_task), static_cast<QWidget*>(m_instruction),
                          static_cast<QWidget*>(m_wantedText), static_cast<QWidget*>(m_wantedBar)})
        taskLayout->addWidget(each);
    m_driver = new DriverCard(m_keys, panel);
    m_lastHeading = label("heading", panel);
    m_lastTakes = new LastTakes(m_keys, panel);
    m_faultHeading = label("heading", panel);
    m_fault = label("muted", panel);
    m_fault->setObjectName(QStringLiteral("operate.fault"));
    m_fault->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_fault->setFocusPolicy(Qt::NoFocus);
    column->addWidget(m_taskHeading);
    column->addWidget(taskCard);
    column->addSpacing(4);
    column->addWidget(m_driver);
    column->addSpacing(12);
    column->addWidget(m_lastHeading);
    column->addWidget(m_lastTakes);
    column->addStretch();
    column->addWidget(m_faultHeading);
    column->addWidget(m_fault);
    return panel;
}

QWidget* OperatePage::makeCentre()
{
    auto* panel = new QWidget(this);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_focus = label("", panel);
    m_focus->setObjectName(QStringLiteral("operate.focus"));
    m_focus->setContentsMargins(kMargin, 8, kMargin, 8);
    m_focus->hide();
    m_viewport = new RobotViewport(panel);
    m_viewport->setColours(Theme::current().scene());
    m_viewport->setObjectName(QStringLiteral("operate.viewport"));
    m_takes = new OperateTakeBar(m_keys, panel);
    column->addWidget(m_focus);
    column->addWidget(m_viewport, 1);
    column->addWidget(m_takes);
    m_banner = new StateBanner(m_viewport);
    m_gate = new GateCard(m_keys, m_viewport);
    m_reset = new ResetCard(m_keys, m_viewport);
    m_causes = new CauseCard(m_keys, m_viewport);
    m_confirm = new ConfirmCard(m_viewport);
    m_details = new QFrame(m_viewport);
    m_details->setProperty("role", "overlay");
    m_details->hide();
    auto* details = new QVBoxLayout(m_details);
    details->setContentsMargins(16, 12, 16, 12);
    m_detailText = label("muted", m_details);
    m_detailText->setWordWrap(false);
    details->addWidget(m_detailText);
    for (QWidget* each : {static_cast<QWidget*>(m_gate), static_cast<QWidget*>(m_reset)}) each->hide();
    m_viewport->installEventFilter(this);
    return panel;
}

QWidget* OperatePage::makeRight()
{
    auto* panel = new QFrame(this);
    QVBoxLayout* column = sidePanel(panel);
    m_cameraHeading = label("heading", panel);
    column->addWidget(m_cameraHeading);
    m_cameraRows = new QVBoxLayout;
    m_cameraRows->setSpacing(8);
    column->addLayout(m_cameraRows);
    column->addStretch();
    return panel;
}

void OperatePage::connectActs()
{
    connect(m_takes->record, &QPushButton::clicked, this, [this] { m_acts.startTake(); });
    connect(m_takes->start, &QPushButton::clicked, this, [this] { m_acts.startTake(); });
    connect(m_takes->success, &QPushButton::clicked, this, [this] { m_acts.success(); });
    connect(m_takes->failure, &QPushButton::clicked, this, [this] {
        m_causes->setVisible(!m_causes->isVisible());
        place();
    });
    connect(m_causes, &CauseCard::chosen, this, [this](const QString& cause) {
        m_causes->hide();
        m_acts.failure(cause);
    });
    connect(m_takes->mark, &QPushButton::clicked, this, [this] { m_acts.mark(); });
    connect(m_takes->redo, &QPushButton::clicked, this, [this] { m_acts.redo(); });
    connect(m_takes->stop, &QPushButton::clicked, this, [this] { m_acts.stop(); });
    connect(m_takes->streams, &QPushButton::toggled, this, [this](bool wanted) {
        m_details->setVisible(wanted);
        show(m_view);
    });
    connect(m_reset->clear, &QPushButton::clicked, this, [this] { m_acts.clear(); });
    connect(m_reset->home, &QPushButton::pressed, this, [this] { m_acts.home(true); });
    connect(m_reset->home, &QPushButton::released, this, [this] { m_acts.home(false); });
    connect(m_confirm, &ConfirmCard::typed, this, [this](const QString& serial) { m_acts.takeCommand(serial); });
    connect(m_lastTakes, &LastTakes::bringBackWanted, this,
            [this](const QString& episode) { m_acts.bringBack(episode); });
    connect(m_lastTakes, &LastTakes::correctionWanted, this,
            [this](const QString& episode, const Correction& correction) { m_acts.correct(episode, correction); });
    connect(m_driver, &DriverCard::wanted, this, [this](Driver driver) { m_acts.drive(driver); });
    connect(m_viewport, &RobotViewport::handleChosen, this, [this](int side) { m_acts.chooseHand(side); });
    connect(m_viewport, &RobotViewport::handleMoved, this,
            [this](int side, const Eigen::Vector3d& metres) { m_acts.moveHand(side, metres); });
    connect(&m_keys, &KeyRouter::changed, this, &OperatePage::translate);
}

void OperatePage::setModel(SceneModel model) { m_viewport->setModel(std::move(model)); }

void OperatePage::showState(const OperateView& view)
{
    m_banner->setState(view.phase, view.reason);
    m_banner->setBar(!view.confirmed ? StateBanner::Bar::Unconfirmed
                     : view.reset    ? StateBanner::Bar::Reset
                                     : StateBanner::Bar::None);
    if (m_colour != m_banner->colour()) {
        m_colour = m_banner->colour();
        emit stateColour(m_colour);
    }
}

void OperatePage::show(const OperateView& view)
{
    m_view = view;
    showState(view);
    // While the robot may move, keys belong to the page and to nothing on it.
    QWidget* focus = QApplication::focusWidget();
    if (isEngaged(view.phase) && focus != nullptr && focus != this && focus->window() == window()) setFocus();
    if (!view.recording) m_causes->hide();
    showTask(view);
    m_driver->show(view);
    m_lastHeading->setVisible(!view.lastTakes.empty());
    m_lastTakes->show(view.lastTakes, view.tasks, !view.recording && !isEngaged(view.phase));
    for (QLabel* each : {m_faultHeading, m_fault}) each->setVisible(!view.fault.isEmpty());
    if (m_fault->text() != view.fault) m_fault->setText(view.fault);
    showCameras(view);
    m_takes->show(view);
    m_gate->show(view);
    m_reset->show(view);
    m_confirm->show(view);
    if (m_details->isVisible()) m_detailText->setText(describeStreams(view));
    m_viewport->setHandles(view.handles);
    m_viewport->show(view.scene);
    showFocus();
    place();
    // Without OpenGL the words that say so are the picture.
    if (!m_complete && (m_viewport->shownBodies() > 0 || !m_viewport->problem().isEmpty())) {
        m_complete = true;
        emit complete();
    }
}

void OperatePage::showTask(const OperateView& view)
{
    m_task->setText(view.task);
    m_instruction->setText(view.instruction);
    m_instruction->setVisible(!view.instruction.isEmpty());
    QString count = view.wanted > 0 ? tr("%1 of %2 wanted today").arg(view.done).arg(view.wanted)
                                    : tr("%n take(s) this session", nullptr, view.done);
    if (view.practice) count = tr("practice: in no count, no queue, no export");
    m_wantedText->setText(count);
    m_wantedBar->setVisible(view.wanted > 0 && !view.practice);
    if (!m_wantedBar->isVisible()) return;
    const double share = std::min(1.0, static_cast<double>(view.done) / view.wanted);
    const Theme& theme = Theme::current();
    m_wantedBar->setStyleSheet(QStringLiteral("border-radius: 3px; background: qlineargradient(x1:0, x2:1, stop:0 %1, "
                                              "stop:%2 %1, stop:%3 %4, stop:1 %4);")
                                   .arg(theme.accent.name())
                                   .arg(share)
                                   .arg(std::min(1.0, share + 0.001))
                                   .arg(theme.line.name()));
}

void OperatePage::showCameras(const OperateView& view)
{
    const std::vector<CameraPicture>& cameras = view.cameras;
    if (cameras.size() != m_cameras.size()) {
        for (ImageView* each : m_cameras) each->deleteLater();
        m_cameras.clear();
        for (const CameraPicture& camera : cameras) {
            m_cameras.push_back(new ImageView(camera.name, this));
            m_cameraRows->addWidget(m_cameras.back());
        }
    }
    m_cameraHeading->setText(cameras.empty() ? tr("NO CAMERAS") : tr("CAMERAS"));
    for (std::size_t i = 0; i < cameras.size(); ++i) {
        if (!cameras[i].image.isNull()) m_cameras[i]->setImage(cameras[i].image);
        const bool good = cameras[i].problem.isEmpty();
        m_cameras[i]->setNote(good ? cameras[i].note : cameras[i].problem,
                              good ? ImageView::Mark::None : ImageView::Mark::Caution);
    }
    if (!m_cameras.empty()) m_cameras.front()->setOverlay(view.reset ? view.startPicture : QImage());
}

void OperatePage::showFocus()
{
    const bool away = m_view.connected && !isActiveWindow();
    if (m_focus->isVisibleTo(this) == away) return;
    const Theme& theme = Theme::current();
    m_focus->setStyleSheet(QStringLiteral("background: %1; color: %2; font-weight: 600;")
                               .arg(theme.caution.name(), theme.background.name()));
    m_focus->setVisible(away);
}

void OperatePage::place()
{
    const int margin = scaled(kMargin);
    const int wide = std::min(scaled(460), m_viewport->width() - 2 * margin);
    m_banner->setGeometry(margin, margin, wide, m_banner->sizeHint().height());
    const int below = m_banner->geometry().bottom() + 1 + scaled(8);
    for (QFrame* each : {static_cast<QFrame*>(m_gate), static_cast<QFrame*>(m_reset), static_cast<QFrame*>(m_confirm)})
        if (each->isVisible()) {
            const int tall = each->hasHeightForWidth() ? each->heightForWidth(wide) : each->sizeHint().height();
            const QRect wanted(margin, below, wide, tall);
            if (each->geometry() != wanted) each->setGeometry(wanted);
        }
    for (QFrame* each : {static_cast<QFrame*>(m_causes), m_details})
        if (each->isVisible()) {
            const QSize size = each->sizeHint();
            const int left = each == m_details ? scaled(300) : margin;
            each->setGeometry(std::clamp(left, margin, std::max(margin, m_viewport->width() - size.width() - margin)),
                              m_viewport->height() - size.height() - margin, size.width(), size.height());
        }
}

void OperatePage::resizeEvent(QResizeEvent*) { place(); }

bool OperatePage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_viewport && event->type() == QEvent::Resize) place();
    return QWidget::eventFilter(watched, event);
}

void OperatePage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::ActivationChange) showFocus();
    if (event->type() == QEvent::PaletteChange) {
        m_viewport->setColours(Theme::current().scene());
        m_colour = {};
        m_focus->setStyleSheet({});
        m_focus->hide();
    }
    QWidget::changeEvent(event);
}

}  // namespace understudy
