#include "app/studio/lasttakes.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/studio/operatecards.h"
#include "widgets/theme.h"

namespace understudy {

LastTakes::LastTakes(KeyRouter& keys, QWidget* parent) : QWidget(parent), m_keys(keys)
{
    m_column = new QVBoxLayout(this);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(6);
    keys.add({.id = "operate.bringBack", .page = "operate", .key = Qt::Key_U, .run = [this] { bringNewestBack(); }});
    keys.add({.id = "operate.correct", .page = "operate", .key = Qt::Key_E, .run = [this] {
                  if (m_mayChange && !m_takes.empty()) openMenu(m_takes.front(), mapToGlobal(rect().topRight()));
              }});
    translate();
}

void LastTakes::translate()
{
    m_keys.retitle(QStringLiteral("operate.bringBack"), tr("Bring the take set aside last back"));
    m_keys.retitle(QStringLiteral("operate.correct"), tr("Correct the last take …"));
}

void LastTakes::bringNewestBack()
{
    if (!m_mayChange) return;
    for (const LastTake& take : m_takes) {
        if (!take.setAside) continue;
        emit bringBackWanted(take.id);
        return;
    }
}

void LastTakes::show(const std::vector<LastTake>& takes, const std::vector<TaskChoice>& tasks, bool mayChange)
{
    m_tasks = tasks;
    if (takes == m_takes && mayChange == m_mayChange) return;
    m_takes = takes;
    m_mayChange = mayChange;
    fill();
}

void LastTakes::fill()
{
    while (QLayoutItem* item = m_column->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();  // its button may be the one that was pressed
        delete item;
    }
    for (const LastTake& take : m_takes) m_column->addWidget(makeCard(take));
}

QWidget* LastTakes::makeCard(const LastTake& take)
{
    const Theme& theme = Theme::current();
    auto* box = new QFrame(this);
    box->setProperty("role", "card");
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(12, 6, 6, 6);
    column->setSpacing(2);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    auto* verdict = new QLabel((take.setAside ? QStringLiteral("↺ ")
                                : take.good   ? QStringLiteral("✓ ")
                                              : QStringLiteral("✕ ")) +
                                   take.outcome,
                               box);
    const QColor colour = take.setAside ? theme.muted : take.good ? theme.good : theme.caution;
    verdict->setStyleSheet(QStringLiteral("color: %1; font-weight: 600;").arg(colour.name()));
    auto* length = new QLabel(tr("%1 s").arg(take.seconds, 0, 'f', 1), box);
    length->setProperty("role", "muted");
    auto* change = new QPushButton(take.setAside ? tr("Bring back") : QStringLiteral("⋯"), box);
    change->setObjectName(take.setAside ? QStringLiteral("operate.bringBack") : QStringLiteral("operate.correct"));
    change->setAccessibleName(take.setAside ? tr("Bring back") : tr("Correct"));
    change->setToolTip(take.setAside ? tr("Out of the tray, into the library again")
                                     : tr("Another outcome, cause or task, until somebody has judged it"));
    change->setProperty("role", "tool");
    change->setFocusPolicy(Qt::NoFocus);
    change->setEnabled(m_mayChange);
    connect(change, &QPushButton::clicked, this, [this, take, change] {
        if (take.setAside)
            emit bringBackWanted(take.id);
        else
            openMenu(take, change->mapToGlobal(change->rect().bottomLeft()));
    });
    row->addWidget(verdict);
    row->addStretch();
    row->addWidget(length);
    row->addWidget(change);
    column->addLayout(row);
    if (!take.reason.isEmpty()) {
        auto* reason = new QLabel(take.reason, box);
        reason->setProperty("role", "muted");
        reason->setWordWrap(true);
        column->addWidget(reason);
    }
    return box;
}

void LastTakes::openMenu(const LastTake& take, const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("operate.correction"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto correct = [&](QMenu* into, const QString& title, Correction correction) {
        QAction* act = into->addAction(title);
        connect(act, &QAction::triggered, this,
                [this, id = take.id, correction = std::move(correction)] { emit correctionWanted(id, correction); });
        return act;
    };
    if (take.setAside) {
        connect(menu->addAction(tr("Bring back")), &QAction::triggered, this,
                [this, id = take.id] { emit bringBackWanted(id); });
        menu->popup(at);
        return;
    }
    correct(menu, tr("It was a success"), {.outcome = Outcome::Success, .cause = std::string(), .taskId = {}});
    menu->addSeparator();
    for (const auto& [stored, title] : failureCauses())
        correct(menu, tr("Failure: %1").arg(title),
                {.outcome = Outcome::Failure, .cause = stored.toStdString(), .taskId = {}});
    QMenu* tasks = nullptr;
    for (const TaskChoice& task : m_tasks) {
        if (task.name == take.task) continue;
        if (tasks == nullptr) {
            menu->addSeparator();
            tasks = menu->addMenu(tr("It was another task"));
        }
        correct(tasks, task.name, {.outcome = {}, .cause = {}, .taskId = task.id.toStdString()});
    }
    menu->popup(at);
}

void LastTakes::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) fill();
    QWidget::changeEvent(event);
}

}  // namespace understudy
