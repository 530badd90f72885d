#include "app/studio/practiceguide.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/studio/annotatecontroller.h"
#include "app/studio/annotatepage.h"
#include "app/studio/labelset.h"
#include "app/studio/reviewcontroller.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studiowindow.h"
#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr int kWidth = 400;
constexpr int kMargin = 20;
constexpr double kDriven = 0.08;  ///< m that a hand is to be moved

}  // namespace

PracticeGuide::PracticeGuide(StudioWindow& window, SessionController& session, AnnotatePage& annotate,
                             AnnotateController& annotation, ReviewController& review)
    : QFrame(&window), m_window(window)
{
    setObjectName(QStringLiteral("practiceGuide"));
    setProperty("role", "overlay");
    makeSteps();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 16);
    column->setSpacing(10);
    m_count = new QLabel(this);
    m_count->setProperty("role", "heading");
    m_text = new QLabel(this);
    m_text->setWordWrap(true);
    m_next = new QPushButton(this);
    m_next->setFocusPolicy(Qt::NoFocus);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_next);
    column->addWidget(m_count);
    column->addWidget(m_text);
    column->addLayout(row);
    connect(m_next, &QPushButton::clicked, this, &PracticeGuide::goOn);
    connect(&session, &SessionController::acted, this, &PracticeGuide::did);
    connect(&session, &SessionController::viewed, this, &PracticeGuide::watch);
    connect(&annotate.labels(), &LabelSet::changed, this, [this, &annotate] {
        if (!annotate.labels().segments().empty()) did(QStringLiteral("label"));
    });
    connect(&annotation, &AnnotateController::handedIn, this, [this] { did(QStringLiteral("hand in")); });
    connect(&review, &ReviewController::judged, this, [this] { did(QStringLiteral("verdict")); });
    window.installEventFilter(this);
    connect(&window, &StudioWindow::pageOpened, this, &PracticeGuide::place);
    showStep();
    show();
    raise();
}

void PracticeGuide::makeSteps()
{
    m_steps = {
        {{},
         "operate",
         [] {
             return tr(
                 "This robot is simulated: nothing can break. You move it with mouse and keys; the solid robot is "
                 "where it is, the violet one where you want it. These takes are practice: they stand in no "
                 "queue, no count and no export.");
         }},
        {"align", "operate",
         [] {
             return tr("The largest word says what the robot does. Hold Space: it aligns, engages and follows, slowly "
                       "at first. Wait for ACTIVE.");
         }},
        {"drive", "operate",
         [] {
             return tr("Keep Space held and drag a ring: that hand follows. W and S move it away and closer. Move it "
                       "a hand's breadth.");
         }},
        {"let go", "operate",
         [] {
             return tr("Let go of Space. The robot brakes and keeps its posture: letting go is always the first stop.");
         }},
        {"start", "operate", [] { return tr("Press R to start a take. The second before your press is kept too."); }},
        {"end", "operate",
         [] {
             return tr(
                 "Drive if you like, G closes the gripper. Then end the take: Enter for success, F and a digit for "
                 "a failure with its cause.");
         }},
        {"clear", "operate",
         [] {
             return tr(
                 "Between takes nobody can engage. Hold H until the robot is parked, make the table look like the "
                 "start picture, then press C.");
         }},
        {"start", "operate", [] { return tr("Start another take with R."); }},
        {"redo", "operate", [] { return tr("Not good? Z sets it aside and you do it again; nothing is lost."); }},
        {"stop", "operate",
         [] { return tr("Esc is the stop request, on every page, before anything else. Press it."); }},
        {"clear", "operate",
         [] { return tr("The robot keeps its posture until you say so. C takes the request back."); }},
        {"label", "annotate",
         [] {
             return tr("Ctrl+2 opens Annotate with your take. Play it with Space, and press Enter where a skill ends: "
                       "that is a label.");
         }},
        {"hand in", "annotate",
         [] { return tr("When every skill has its label, Ctrl+Enter hands the take in for review. Do it now."); }},
        {"verdict", "review",
         [] { return tr("Ctrl+3 opens Review. Choose your take and press A to accept it; Ctrl+Z takes it back."); }},
        {{}, {}, [] { return tr("That was all. F1 shows every key of a page. Practice as long as you like."); }},
    };
}

void PracticeGuide::did(const QString& act)
{
    if (awaited() == act) goOn();
}

void PracticeGuide::watch(const OperateView& view)
{
    const bool following = view.phase == TeleopPhase::Engaging || view.phase == TeleopPhase::Active;
    if (!following) m_handsAtStart.clear();
    if (view.phase == TeleopPhase::Active) did(QStringLiteral("align"));
    if (following && m_handsAtStart.empty())
        for (const ViewportHandle& hand : view.handles) m_handsAtStart.push_back(hand.position);
    if (following)
        for (std::size_t i = 0; i < std::min(view.handles.size(), m_handsAtStart.size()); ++i)
            if ((view.handles[i].position - m_handsAtStart[i]).norm() > kDriven) did(QStringLiteral("drive"));
    if (view.phase == TeleopPhase::Ready) did(QStringLiteral("let go"));
}

void PracticeGuide::goOn()
{
    if (m_step + 1 >= stepCount()) {
        hide();
        emit finished();
        return;
    }
    ++m_step;
    showStep();
    emit stepChanged(m_step);
}

void PracticeGuide::showStep()
{
    const Step& step = m_steps[static_cast<std::size_t>(m_step)];
    const bool last = m_step + 1 == stepCount();
    m_count->setText(tr("FIRST HOUR · %1 OF %2").arg(m_step + 1).arg(stepCount()));
    m_text->setText(step.text());
    m_next->setText(last ? tr("Close") : step.done.isEmpty() ? tr("Next") : tr("Skip"));
    m_next->setProperty("role", step.done.isEmpty() ? "primary" : "flat");
    m_next->setStyleSheet(m_next->styleSheet());  // the role has changed
    place();
}

void PracticeGuide::place()
{
    m_text->setFont(uiFont(15));
    const int wide = scaled(kWidth);
    setFixedSize(wide, layout()->totalHeightForWidth(wide));
    // In a corner of the view, where it hides no control; on other pages above their last line.
    QRect area(QPoint(), m_window.size() - QSize(0, scaled(112)));
    if (const auto* view = m_window.findChild<QWidget*>(QStringLiteral("operate.viewport")); view && view->isVisible())
        area = QRect(view->mapTo(&m_window, QPoint()), view->size());
    move(area.right() - wide - scaled(kMargin), area.bottom() - height() - scaled(kMargin));
}

bool PracticeGuide::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest) place();
    return QFrame::eventFilter(watched, event);
}

void PracticeGuide::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::LanguageChange) showStep();
    QFrame::changeEvent(event);
}

}  // namespace understudy
