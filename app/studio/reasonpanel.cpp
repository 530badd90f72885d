#include "app/studio/reasonpanel.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace understudy {

ReasonPanel::ReasonPanel(QWidget* parent) : QFrame(parent)
{
    setProperty("role", "card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(6);
    m_question = new QLabel(this);
    m_question->setProperty("role", "title");
    m_question->setWordWrap(true);
    column->addWidget(m_question);
    m_rows = new QVBoxLayout;
    m_rows->setSpacing(4);
    column->addLayout(m_rows);
    m_words = new QLineEdit(this);
    m_words->setObjectName(QStringLiteral("review.words"));
    m_words->installEventFilter(this);
    column->addWidget(m_words);
    m_cancel = new QPushButton(this);
    m_cancel->setProperty("role", "flat");
    m_cancel->setFocusPolicy(Qt::NoFocus);
    connect(m_cancel, &QPushButton::clicked, this, &ReasonPanel::giveUp);
    column->addWidget(m_cancel);
    translate();
    hide();
}

void ReasonPanel::translate()
{
    m_words->setPlaceholderText(tr("Tab  in your own words, then Enter"));
    m_words->setAccessibleName(tr("Reason in your own words"));
    m_cancel->setText(tr("Cancel  Esc"));
}

void ReasonPanel::ask(const QString& question, const std::vector<QString>& reasons,
                      std::function<void(const QString&)> answer)
{
    m_reasons = reasons;
    m_answer = std::move(answer);
    m_question->setText(question);
    for (QPushButton* button : m_buttons) button->deleteLater();
    m_buttons.clear();
    int number = 1;
    for (const QString& reason : reasons) {
        auto* button = new QPushButton(QStringLiteral("%1   %2").arg(number).arg(reason), this);
        button->setObjectName(QStringLiteral("review.reason%1").arg(number));
        button->setProperty("role", "row");
        button->setFocusPolicy(Qt::NoFocus);
        connect(button, &QPushButton::clicked, this, [this, number] { choose(number); });
        m_rows->addWidget(button);
        m_buttons.push_back(button);
        ++number;
    }
    m_words->clear();
    show();
}

void ReasonPanel::choose(int number)
{
    if (isVisible() && number >= 1 && number <= static_cast<int>(m_reasons.size()))
        answer(m_reasons[static_cast<std::size_t>(number - 1)]);
}

void ReasonPanel::write()
{
    if (isVisible()) m_words->setFocus(Qt::ShortcutFocusReason);
}

void ReasonPanel::giveUp()
{
    if (!isVisible()) return;
    m_answer = nullptr;
    hide();
    emit left();
}

void ReasonPanel::answer(const QString& reason)
{
    const auto told = std::exchange(m_answer, nullptr);
    hide();
    emit left();
    if (told) told(reason);
}

bool ReasonPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_words || event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent&>(*event).key();
    if (key == Qt::Key_Escape) {
        giveUp();
        return true;
    }
    if (key != Qt::Key_Return && key != Qt::Key_Enter) return false;
    if (const QString words = m_words->text().trimmed(); !words.isEmpty()) answer(words);
    return true;
}

void ReasonPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) translate();
    QFrame::changeEvent(event);
}

}  // namespace understudy
