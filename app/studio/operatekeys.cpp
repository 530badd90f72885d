#include <QLabel>

#include "app/studio/operatecards.h"
#include "app/studio/operatepage.h"
#include "app/studio/operatetakebar.h"
#include "widgets/robotviewport.h"

namespace understudy {
namespace {

const QString kPage = QStringLiteral("operate");
constexpr double kNudge = 0.015;    ///< m a press
constexpr double kTurnStep = 0.12;  ///< rad a press

}  // namespace

void OperatePage::addDrivingKeys()
{
    m_keys.add({.id = "operate.drive",
                .page = kPage,
                .key = Qt::Key_Space,
                .run = [this] { m_acts.holdToDrive(true); },
                .released = [this] { m_acts.holdToDrive(false); }});
    const auto nudging = [&](const char* id, Qt::Key key, Eigen::Vector3d way) {
        m_keys.add({.id = QLatin1String(id),
                    .page = kPage,
                    .key = key,
                    .run = [this, way] { m_viewport->nudge(kNudge * way); },
                    .repeats = true});
    };
    nudging("operate.away", Qt::Key_W, {0, 0, 1});
    nudging("operate.closer", Qt::Key_S, {0, 0, -1});
    nudging("operate.left", Qt::Key_Left, {-1, 0, 0});
    nudging("operate.right", Qt::Key_Right, {1, 0, 0});
    nudging("operate.up", Qt::Key_Up, {0, 1, 0});
    nudging("operate.down", Qt::Key_Down, {0, -1, 0});
    const auto turning = [&](const char* id, Qt::Key key, double way) {
        m_keys.add({.id = QLatin1String(id),
                    .page = kPage,
                    .key = key,
                    .run = [this, way] { m_acts.turnHand(kTurnStep * way); },
                    .repeats = true});
    };
    turning("operate.turnLeft", Qt::Key_A, 1);
    turning("operate.turnRight", Qt::Key_D, -1);
    m_keys.add({.id = "operate.gripper", .page = kPage, .key = Qt::Key_G, .run = [this] { m_acts.grip(); }});
    m_keys.add(
        {.id = "operate.hand", .page = kPage, .key = Qt::Key_Q, .run = [this] { m_acts.chooseHand(1 - m_view.side); }});
    m_keys.add({.id = "operate.driver", .page = kPage, .key = Qt::Key_P, .run = [this] {
                    if (m_view.connected && !m_view.recording)
                        m_acts.drive(m_view.driver == Driver::Mouse ? Driver::Station : Driver::Mouse);
                }});
}

void OperatePage::addTakeKeys()
{
    const auto pressing = [&](OperateButton* button, Qt::Key key) {
        m_keys.add({.id = button->objectName(), .page = kPage, .key = key, .run = [button] { button->press(); }});
    };
    pressing(m_takes->start, Qt::Key_R);
    pressing(m_takes->success, Qt::Key_Return);
    pressing(m_takes->failure, Qt::Key_F);
    pressing(m_takes->redo, Qt::Key_Z);
    pressing(m_takes->mark, Qt::Key_M);
    // Also takes a stop request back, which has no button of its own but the message's.
    m_keys.add(
        {.id = m_reset->clear->objectName(), .page = kPage, .key = Qt::Key_C, .run = [this] { m_acts.clear(); }});
    m_keys.add({.id = "operate.home",
                .page = kPage,
                .key = Qt::Key_H,
                .run =
                    [this] {
                        if (m_reset->home->isVisible() && m_reset->home->isEnabled()) m_acts.home(true);
                    },
                .released = [this] { m_acts.home(false); }});
}

void OperatePage::addViewKeys()
{
    m_keys.add({.id = "operate.view.home", .page = kPage, .key = Qt::Key_V, .run = [this] { m_viewport->goHome(); }});
    m_keys.add({.id = "operate.view.follow", .page = kPage, .key = Qt::Key_B, .run = [this] {
                    m_viewport->setFollow(!m_viewport->follows());
                }});
    int number = 0;
    for (const auto& [id, layer] : std::initializer_list<std::pair<const char*, bool SceneLayers::*>>{
             {"operate.view.ghost", &SceneLayers::ghost},
             {"operate.view.frames", &SceneLayers::frames},
             {"operate.view.contacts", &SceneLayers::contacts},
             {"operate.view.trails", &SceneLayers::trails},
             {"operate.view.cameras", &SceneLayers::frusta},
             {"operate.view.objects", &SceneLayers::objects}}) {
        m_keys.add({.id = QLatin1String(id),
                    .page = kPage,
                    .key = QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + number++)),
                    .run = [this, shown = layer] {
                        SceneLayers layers = m_viewport->layers();
                        layers.*shown = !(layers.*shown);
                        m_viewport->setLayers(layers);
                    }});
    }
}

void OperatePage::translate()
{
    m_taskHeading->setText(tr("TASK"));
    m_lastHeading->setText(tr("LAST TAKES"));
    m_faultHeading->setText(tr("BLACK BOX"));
    m_focus->setText(tr("▲  This window has no focus: hold-to-drive and the stop key are out of reach. Click here."));
    for (const auto& [id, title] : std::initializer_list<std::pair<const char*, QString>>{
             {"operate.drive", tr("Hold to drive")},
             {"operate.away", tr("Hand away from the eye")},
             {"operate.closer", tr("Hand closer to the eye")},
             {"operate.left", tr("Hand to the left")},
             {"operate.right", tr("Hand to the right")},
             {"operate.up", tr("Hand up")},
             {"operate.down", tr("Hand down")},
             {"operate.turnLeft", tr("Turn the hand left")},
             {"operate.turnRight", tr("Turn the hand right")},
             {"operate.gripper", tr("Open or close the gripper")},
             {"operate.hand", tr("The other hand")},
             {"operate.driver", tr("Station's rig, or mouse and keys")},
             {"operate.start", tr("Start a take")},
             {"operate.success", tr("End the take: success")},
             {"operate.failure", tr("End the take: failure …")},
             {"operate.redo", tr("Redo: set this take aside")},
             {"operate.mark", tr("Mark this moment")},
             {"operate.clear", tr("The table is clear")},
             {"operate.home", tr("Hold: robot home")},
             {"operate.view.home", tr("View: home")},
             {"operate.view.follow", tr("View: follow the robot")},
             {"operate.view.ghost", tr("View: target")},
             {"operate.view.frames", tr("View: frames")},
             {"operate.view.contacts", tr("View: contacts")},
             {"operate.view.trails", tr("View: trails")},
             {"operate.view.cameras", tr("View: cameras")},
             {"operate.view.objects", tr("View: objects")}})
        m_keys.retitle(QLatin1String(id), title);
    const auto causes = failureCauses();
    for (std::size_t i = 0; i < causes.size(); ++i)
        m_keys.retitle(QStringLiteral("operate.cause.%1").arg(i + 1), tr("Failure: %1").arg(causes[i].second));
}

}  // namespace understudy
