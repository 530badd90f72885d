#include "widgets/messagebar.h"

#include <cmath>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace understudy {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 6, 8, 6);
    column->setSpacing(4);
    const auto row = [&](QWidget*& widget) {
        widget = new QWidget(this);
        auto* made = new QHBoxLayout(widget);
        made->setContentsMargins(0, 0, 0, 0);
        made->setSpacing(12);
        column->addWidget(widget);
        return made;
    };
    QHBoxLayout* work = row(m_workRow);
    m_workText = new QLabel(m_workRow);
    m_progress = new QProgressBar(m_workRow);
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_progress->setFixedWidth(220);
    m_cancel = new QPushButton(m_workRow);
    m_cancel->setObjectName(QStringLiteral("message.cancel"));
    m_cancel->setFocusPolicy(Qt::NoFocus);
    work->addWidget(m_workText, 1);
    work->addWidget(m_progress);
    work->addWidget(m_cancel);
    QHBoxLayout* message = row(m_messageRow);
    m_mark = new QLabel(m_messageRow);
    m_text = new QLabel(m_messageRow);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action = new QPushButton(m_messageRow);
    m_action->setObjectName(QStringLiteral("message.action"));
    m_close = new QPushButton(QStringLiteral("✕"), m_messageRow);
    m_close->setProperty("role", "flat");
    m_close->setFocusPolicy(Qt::NoFocus);
    m_action->setFocusPolicy(Qt::TabFocus);
    message->addWidget(m_mark);
    message->addWidget(m_text, 1);
    message->addWidget(m_action);
    message->addWidget(m_close);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_cancelWork) m_cancelWork();
    });
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_act) m_act();
    });
    connect(m_close, &QPushButton::clicked, this, &MessageBar::clear);
    translate();
    showRows();
}

void MessageBar::translate()
{
    m_cancel->setText(tr("Cancel"));
    m_close->setAccessibleName(tr("Dismiss"));
}

void MessageBar::say(Kind kind, const QString& text, const QString& action, std::function<void()> act)
{
    m_kind = kind;
    m_act = std::move(act);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    showRows();
}

void MessageBar::clear()
{
    m_act = nullptr;
    m_text->clear();
    showRows();
}

void MessageBar::beginWork(const QString& text, std::function<void()> cancel)
{
    m_working = true;
    m_cancel->setVisible(cancel != nullptr);
    m_cancelWork = std::move(cancel);
    m_cancel->setEnabled(true);
    showProgress(text, 0);
    showRows();
}

void MessageBar::showProgress(const QString& text, double share)
{
    if (!m_working) return;
    m_workText->setText(text);
    m_progress->setRange(0, share < 0 ? 0 : 1000);
    if (share >= 0) m_progress->setValue(static_cast<int>(std::lround(1000 * share)));
}

void MessageBar::finishWork(Kind kind, const QString& text, const QString& action, std::function<void()> act)
{
    m_working = false;
    m_cancelWork = nullptr;
    say(kind, text, action, std::move(act));
}

QString MessageBar::text() const { return m_text->text(); }

QString MessageBar::workText() const { return m_working ? m_workText->text() : QString(); }

void MessageBar::showRows()
{
    m_workRow->setVisible(m_working);
    m_messageRow->setVisible(!m_text->text().isEmpty());
    style();
    setVisible(m_working || !m_text->text().isEmpty());
}

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_styling) style();
    if (event->type() == QEvent::LanguageChange) translate();
    QFrame::changeEvent(event);
}

void MessageBar::style()
{
    const Theme& theme = Theme::current();
    QColor colour = theme.accent;
    QString mark = QStringLiteral("i");
    switch (m_kind) {
    case Kind::Info:
        break;
    case Kind::Good:
        colour = theme.good;
        mark = QStringLiteral("✓");
        break;
    case Kind::Caution:
        colour = theme.caution;
        mark = QStringLiteral("▲");
        break;
    case Kind::Bad:
        colour = theme.bad;
        mark = QStringLiteral("✕");
        break;
    }
    m_styling = true;
    m_mark->setText(mark);
    m_mark->setStyleSheet(QStringLiteral("color: %1; font-weight: 700; font-size: 14px;").arg(colour.name()));
    setStyleSheet(QStringLiteral("understudy--MessageBar { background: %1; border-left: 3px solid %2; }")
                      .arg(theme.raised.name(), colour.name()));
    m_styling = false;
}

}  // namespace understudy
