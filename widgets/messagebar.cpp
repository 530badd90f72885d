#include "widgets/messagebar.h"

#include <cmath>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "widgets/theme.h"

namespace understudy {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 8, 8, 8);
    layout->setSpacing(12);
    m_mark = new QLabel(this);
    m_text = new QLabel(this);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress = new QProgressBar(this);
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_progress->setFixedWidth(220);
    m_action = new QPushButton(this);
    m_close = new QPushButton(QStringLiteral("✕"), this);
    m_close->setProperty("role", "flat");
    m_close->setAccessibleName(tr("Dismiss"));
    m_close->setFocusPolicy(Qt::NoFocus);
    m_action->setFocusPolicy(Qt::TabFocus);
    layout->addWidget(m_mark);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_action);
    layout->addWidget(m_close);
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_act) m_act();
    });
    connect(m_close, &QPushButton::clicked, this, &MessageBar::clear);
    clear();
}

void MessageBar::say(Kind kind, const QString& text, const QString& action, std::function<void()> act)
{
    if (m_working) return;
    m_kind = kind;
    m_act = std::move(act);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_progress->hide();
    m_close->show();
    style();
    show();
}

void MessageBar::clear()
{
    m_working = false;
    m_act = nullptr;
    m_text->clear();
    hide();
}

void MessageBar::beginWork(const QString& text, std::function<void()> cancel)
{
    m_working = false;
    say(Kind::Info, text, tr("Cancel"), std::move(cancel));
    m_working = true;
    m_progress->setValue(0);
    m_progress->show();
    m_close->hide();
}

void MessageBar::showProgress(const QString& text, double share)
{
    if (!m_working) return;
    m_text->setText(text);
    m_progress->setValue(static_cast<int>(std::lround(1000 * share)));
}

void MessageBar::finishWork(Kind kind, const QString& text)
{
    m_working = false;
    say(kind, text);
}

QString MessageBar::text() const { return m_text->text(); }

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_styling) style();
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
