#include "app/studio/operatecards.h"

#include <array>

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "widgets/statebanner.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

/// In the order in which they are looked through; hold-to-drive is the act and stands apart.
constexpr std::array kReasons{HoldReason::NoRobot,       HoldReason::RobotStale, HoldReason::NoOperator,
                              HoldReason::OperatorStale, HoldReason::NotTracked, HoldReason::ViewStale,
                              HoldReason::Clutched,      HoldReason::InputJump,  HoldReason::SolverFailed,
                              HoldReason::Contact,       HoldReason::Workspace,  HoldReason::StopRequested};

/// What is true while a reason does not stand in the way.
QString good(HoldReason reason)
{
    switch (reason) {
    case HoldReason::NoRobot:
        return GateCard::tr("robot answers");
    case HoldReason::RobotStale:
        return GateCard::tr("its state is fresh");
    case HoldReason::NoOperator:
        return GateCard::tr("operator device sends");
    case HoldReason::OperatorStale:
        return GateCard::tr("its samples are fresh");
    case HoldReason::NotTracked:
        return GateCard::tr("both hands tracked");
    case HoldReason::ViewStale:
        return GateCard::tr("picture is fresh");
    case HoldReason::Clutched:
        return GateCard::tr("clutch is open");
    case HoldReason::InputJump:
        return GateCard::tr("no jump");
    case HoldReason::SolverFailed:
        return GateCard::tr("solver finds a way");
    case HoldReason::Contact:
        return GateCard::tr("nothing in the way");
    case HoldReason::Workspace:
        return GateCard::tr("hands in the workspace");
    case HoldReason::StopRequested:
        return GateCard::tr("no stop request");
    default:
        return {};
    }
}

QLabel* text(QWidget* parent, const char* role)
{
    auto* made = new QLabel(parent);
    made->setProperty("role", role);
    return made;
}

QVBoxLayout* column(QFrame* card)
{
    card->setProperty("role", "overlay");
    auto* made = new QVBoxLayout(card);
    made->setContentsMargins(16, 12, 16, 14);
    made->setSpacing(8);
    return made;
}

void setInk(QLabel* label, const QColor& colour)
{
    const QString style = QStringLiteral("color: %1;").arg(colour.name());
    if (label->styleSheet() != style) label->setStyleSheet(style);
}

void setWords(QLabel* label, const QString& words)
{
    if (label->text() != words) label->setText(words);
}

}  // namespace

GateCard::GateCard(KeyRouter& keys, QWidget* parent) : QFrame(parent), m_keys(keys)
{
    QVBoxLayout* rows = column(this);
    setAttribute(Qt::WA_TransparentForMouseEvents);
    m_heading = text(this, "heading");
    rows->addWidget(m_heading);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(20);
    grid->setVerticalSpacing(4);
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
        m_ticks.push_back(text(this, ""));
        grid->addWidget(m_ticks.back(), static_cast<int>(i) / 2, static_cast<int>(i) % 2);
    }
    rows->addLayout(grid);
    m_act = text(this, "title");
    rows->addWidget(m_act);
}

void GateCard::show(const OperateView& view)
{
    setVisible(view.connected && view.confirmed && !view.reset &&
               (view.phase == TeleopPhase::Ready || view.phase == TeleopPhase::Disconnected));
    if (!isVisible()) return;
    const Theme& theme = Theme::current();
    setWords(m_heading, tr("BEFORE ENGAGING"));
    bool open = true;
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
        const bool fine = (view.gateOpen >> static_cast<unsigned>(kReasons[i])) & 1U;
        open = open && fine;
        setWords(m_ticks[i], fine ? QStringLiteral("✓  ") + good(kReasons[i])
                                  : QStringLiteral("✕  ") + explain(kReasons[i]).section(QLatin1Char(';'), 0, 0));
        setInk(m_ticks[i], fine ? theme.muted : theme.caution);
    }
    QString key = QStringLiteral("Space");
    for (const KeyAct& act : m_keys.acts())
        if (act.id == QStringLiteral("operate.drive")) key = act.key.toString(QKeySequence::NativeText);
    setWords(m_act, !open                          ? tr("Mend what is marked ✕.")
                    : view.driver == Driver::Mouse ? tr("Hold %1 to drive.").arg(key)
                                                   : tr("Ready for the operator's hold-to-drive."));
    setInk(m_act, open ? theme.good : theme.caution);
}

QStringList GateCard::lines() const
{
    QStringList all;
    for (const QLabel* tick : m_ticks) all << tick->text();
    return all << m_act->text();
}

ResetCard::ResetCard(KeyRouter& keys, QWidget* parent) : QFrame(parent)
{
    QVBoxLayout* rows = column(this);
    m_heading = text(this, "heading");
    m_parked = text(this, "");
    m_table = text(this, "");
    m_table->setWordWrap(true);
    home = new OperateButton(keys, QStringLiteral("operate.home"), "", this);
    clear = new OperateButton(keys, QStringLiteral("operate.clear"), "primary", this);
    auto* acts = new QHBoxLayout;
    acts->setSpacing(8);
    acts->addWidget(home);
    acts->addWidget(clear);
    rows->addWidget(m_heading);
    rows->addWidget(m_parked);
    rows->addWidget(m_table);
    rows->addLayout(acts);
}

void ResetCard::show(const OperateView& view)
{
    setVisible(view.connected && view.confirmed && view.reset);
    if (!isVisible()) return;
    const Theme& theme = Theme::current();
    const bool resting = view.phase == TeleopPhase::Ready;
    const bool parking = view.phase == TeleopPhase::Disengaging && view.reason == HoldReason::Parked;
    setWords(m_heading, tr("BETWEEN TAKES"));
    home->setTitle(tr("Hold: robot home"));
    clear->setTitle(tr("Table is clear"));
    home->setEnabled((resting && !view.atHome) || parking);
    clear->setEnabled(resting);
    setWords(m_parked,
             view.atHome ? tr("✓  The robot is parked.") : tr("1  Park the robot: it goes home while you hold."));
    setInk(m_parked, view.atHome ? theme.good : theme.text);
    setWords(m_table, view.startPicture.isNull()
                          ? tr("2  Make the table ready. Nobody can engage meanwhile.")
                          : tr("2  Make the table ready: the start picture lies over the first camera."));
}

std::vector<std::pair<QString, QString>> failureCauses()
{
    return {{QStringLiteral("dropped"), CauseCard::tr("Dropped the object")},
            {QStringLiteral("missed"), CauseCard::tr("Missed the grasp")},
            {QStringLiteral("wrong_place"), CauseCard::tr("Put it in the wrong place")},
            {QStringLiteral("collision"), CauseCard::tr("Hit something")},
            {QStringLiteral("robot"), CauseCard::tr("Robot or camera fault")},
            {QStringLiteral("other"), CauseCard::tr("Something else")}};
}

CauseCard::CauseCard(KeyRouter& keys, QWidget* parent) : QFrame(parent)
{
    QVBoxLayout* rows = column(this);
    m_heading = text(this, "heading");
    rows->addWidget(m_heading);
    auto* grid = new QGridLayout;
    grid->setSpacing(8);
    const auto causes = failureCauses();
    for (std::size_t i = 0; i < causes.size(); ++i) {
        const QString id = QStringLiteral("operate.cause.%1").arg(i + 1);
        auto* button = new OperateButton(keys, id, "", this);
        connect(button, &QPushButton::clicked, this, [this, cause = causes[i].first] { emit chosen(cause); });
        keys.add({.id = id,
                  .page = QStringLiteral("operate"),
                  .title = causes[i].second,
                  .key = QKeySequence(static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i))),
                  .run = [button] { button->press(); }});
        m_buttons.push_back(button);
        grid->addWidget(button, static_cast<int>(i) / 3, static_cast<int>(i) % 3);
    }
    rows->addLayout(grid);
    m_hint = text(this, "muted");
    rows->addWidget(m_hint);
    translate();
    hide();
}

void CauseCard::translate()
{
    m_heading->setText(tr("WHY DID THE TAKE FAIL?"));
    m_hint->setText(tr("The take goes on until you choose; F again: it did not fail."));
    const auto causes = failureCauses();
    for (std::size_t i = 0; i < causes.size(); ++i) m_buttons[i]->setTitle(causes[i].second);
}

void CauseCard::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    QFrame::changeEvent(event);
}

ConfirmCard::ConfirmCard(QWidget* parent) : QFrame(parent)
{
    QVBoxLayout* rows = column(this);
    m_heading = text(this, "heading");
    m_text = text(this, "");
    m_text->setWordWrap(true);
    m_serial = new QLineEdit(this);
    m_serial->setObjectName(QStringLiteral("operate.serial"));
    m_take = new QPushButton(this);
    m_take->setObjectName(QStringLiteral("operate.takeCommand"));
    m_take->setProperty("role", "caution");
    m_take->setFocusPolicy(Qt::NoFocus);
    auto* row = new QHBoxLayout;
    row->addWidget(m_serial, 1);
    row->addWidget(m_take);
    rows->addWidget(m_heading);
    rows->addWidget(m_text);
    rows->addLayout(row);
    connect(m_take, &QPushButton::clicked, this, &ConfirmCard::check);
    connect(m_serial, &QLineEdit::returnPressed, this, &ConfirmCard::check);
    hide();
}

void ConfirmCard::show(const OperateView& view)
{
    const bool wanted = view.connected && !view.confirmed;
    if (!wanted && isVisible()) m_serial->clear();
    setVisible(wanted);
    if (!wanted) return;
    setWords(m_heading, tr("A REAL ROBOT"));
    setWords(m_text,
             tr("%1 moves in the room, with people near it. On a stop request it %2. Type its serial, %3, to "
                "take command.")
                 .arg(view.plate.model, view.plate.stopDamps ? tr("damps and will sink") : tr("keeps its posture"),
                      view.plate.serial));
    m_take->setText(tr("Take command"));
    m_serial->setPlaceholderText(tr("serial"));
}

void ConfirmCard::check() { emit typed(m_serial->text()); }

}  // namespace understudy
