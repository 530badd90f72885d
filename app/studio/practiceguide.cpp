#include "app/studio/practiceguide.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/studio/annotatepage.h"
#include "app/studio/reviewpage.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studiowindow.h"

namespace understudy {
namespace {

constexpr int kWidth = 380;
constexpr int kMargin = 24;

}  // namespace

PracticeGuide::PracticeGuide(StudioWindow& window, SessionController& session, AnnotatePage& annotate,
                             ReviewPage& review)
    : QFrame(&window), m_window(window)
{
    m_steps = {
        {{},
         "operate",
         [] {
             return tr("This robot is simulated: nothing can break. A recorded person moves it for you. The violet "
                       "ghost is where the robot shall go, the solid one where it is.");
         }},
        {{},
         "operate",
         [] {
             return tr(
                 "The largest word says what the robot does. It follows only while hold-to-drive is held: letting "
                 "go is always the first stop.");
         }},
        {"start", "operate", [] { return tr("Press R to start a take. The second before your press is kept too."); }},
        {"end", "operate",
         [] { return tr("When the block is in the tray, press Enter for success, or F and a digit for a failure."); }},
        {"clear", "operate",
         [] { return tr("Between takes the robot is parked. Make the table ready, then press C."); }},
        {"start", "operate", [] { return tr("Start another take with R."); }},
        {"redo", "operate",
         [] { return tr("Not good? Z sets it aside; it can be brought back until the shift ends."); }},
        {"stop", "operate", [] { return tr("Esc is the stop request, on every page. Press it now."); }},
        {"clear", "operate", [] { return tr("The robot keeps its posture. Press C to go on."); }},
        {"label", "annotate",
         [] {
             return tr(
                 "Ctrl+2 opens Annotate with your take. Move with A and D, and press Enter where the reach ends.");
         }},
        {"verdict", "review",
         [] { return tr("Ctrl+3 opens Review. Press A to accept your take; Ctrl+Z takes it back."); }},
        {{}, {}, [] { return tr("That was all. F1 shows every key. Practice takes stand in no list and no export."); }},
    };
    setProperty("role", "card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    m_count = new QLabel(this);
    m_count->setProperty("role", "heading");
    m_text = new QLabel(this);
    m_text->setWordWrap(true);
    m_next = new QPushButton(this);
    m_next->setProperty("role", "primary");
    m_next->setFocusPolicy(Qt::NoFocus);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_next);
    column->addWidget(m_count);
    column->addWidget(m_text);
    column->addLayout(row);
    connect(m_next, &QPushButton::clicked, this, &PracticeGuide::goOn);
    connect(&session, &SessionController::acted, this, &PracticeGuide::did);
    connect(&annotate.labels(), &LabelSet::changed, this, [this, &annotate] {
        if (!annotate.labels().segments().empty()) did(QStringLiteral("label"));
    });
    connect(&review, &ReviewPage::verdictWanted, this, [this] { did(QStringLiteral("verdict")); });
    window.installEventFilter(this);
    showStep();
    show();
    raise();
}

void PracticeGuide::did(const QString& act)
{
    if (m_steps[static_cast<std::size_t>(m_step)].done == act) goOn();
}

void PracticeGuide::goOn()
{
    if (m_step + 1 >= stepCount()) {
        hide();
        return;
    }
    ++m_step;
    showStep();
}

void PracticeGuide::showStep()
{
    const Step& step = m_steps[static_cast<std::size_t>(m_step)];
    m_count->setText(tr("FIRST HOUR · %1 OF %2").arg(m_step + 1).arg(stepCount()));
    m_text->setText(step.text());
    m_next->setText(m_step + 1 == stepCount() ? tr("Close") : step.done.isEmpty() ? tr("Next") : tr("Skip"));
    place();
}

void PracticeGuide::place()
{
    setFixedWidth(kWidth);
    adjustSize();
    move(m_window.width() - width() - kMargin, m_window.height() - height() - kMargin - 120);
}

bool PracticeGuide::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize) place();
    return QFrame::eventFilter(watched, event);
}

void PracticeGuide::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) showStep();
    QFrame::changeEvent(event);
}

}  // namespace understudy
