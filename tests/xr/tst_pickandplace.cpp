#include <QTest>

#include <map>

#include "robots/links/objectobserver.h"
#include "robots/teleop/teleoploop.h"
#include "support/shared.h"
#include "xr/motionplayback.h"

using namespace understudy;

namespace {

/// A simulated robot that the test steps by hand.
class SteppedRobot final : public RobotLink {
public:
    explicit SteppedRobot(const RobotModel& model, Simulation& simulation) : m_simulation(&simulation)
    {
        m_info = {.name = model.name(), .serial = "sim", .stateRateHz = 500, .jointNames = model.jointNames()};
        m_states.prepare(simulation.statePrototype());
    }

    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink&) override { return {}; }
    void stop() override {}
    bool send(const JointCommand& command) override
    {
        m_simulation->follow(command);
        return true;
    }
    SourceHealth health() const override { return {}; }

    void publish(Timestamp now)
    {
        RobotState& state = m_states.value();
        m_simulation->read(state);
        state.stamps = {.device = now, .capture = now, .arrival = now};
        ++state.sequence;
        m_states.publish();
    }

private:
    RobotInfo m_info;
    Simulation* m_simulation;
    Publisher<RobotState> m_states;
};

}  // namespace

/// The motion that the project ships drives the robot that the project ships, through the whole control path and
/// physics, on a clock that the test moves.
class TestPickAndPlace : public QObject {
    Q_OBJECT

private slots:
    void theBlockEndsInTheTray()
    {
        const auto path = test::source("resources/motions/reach_grasp_lift_place.bvh");
        auto motion = BvhMotion::load(path);
        auto script = MotionScript::beside(path);
        QVERIFY(motion && script);
        const MotionPlayback playback(std::move(*motion), *script, {.loop = false});

        const auto model = RobotModel::load(test::source("resources/robots/understudy_one/understudy_one.xml"));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        auto simulation = Simulation::create(*model);
        QVERIFY2(simulation, simulation ? "" : simulation.error().message.c_str());
        SteppedRobot robot(*model, *simulation);
        Latest<OperatorSample> operatorSamples{OperatorSample{}};
        auto loop = TeleopLoop::create(
            *model, {.operatorSamples = &operatorSamples, .robotStates = &robot.states().addReader(), .robot = &robot});
        QVERIFY2(loop, loop ? "" : loop.error().message.c_str());

        const auto block = model->bodyIndex("red_block");
        const auto tray = model->bodyIndex("tray");
        QVERIFY(block && tray);
        ObjectObserver observer(*simulation, *block);
        std::map<ObjectEvent, double> events;
        OperatorSample sample;
        double worst = 0;
        constexpr Duration kTick = 2 * kMillisecond;
        const Timestamp kStart = kSecond;
        double nextSample = 0;
        for (Timestamp now = kStart; now < kStart + fromSeconds(playback.motion().duration()); now += kTick) {
            const double seconds = toSeconds(now - kStart);
            if (seconds >= nextSample) {
                playback.sampleAt(nextSample, sample);
                sample.stamps = {.device = now, .capture = now, .arrival = now};
                ++sample.sequence;
                operatorSamples.write(sample);
                nextSample += 1 / playback.motion().rate();
            }
            robot.publish(now);
            (*loop)->tick(now);
            const Step& step = (*loop)->step();
            if (seconds > 1.9) {
                QVERIFY2(step.phase == TeleopPhase::Active, nameOf(step.holdReason).data());
                for (const WristTracking& wrist : step.wrists)
                    worst = std::max(worst, static_cast<double>(wrist.positionError));
            }
            const double until = simulation->time() + toSeconds(kTick);
            while (simulation->time() < until - 1e-9) {
                QVERIFY2(simulation->step(), simulation->problem().c_str());
                if (const auto event = observer.update(*simulation)) events[*event] = seconds;
            }
        }
        // What physics saw happened in the phases that the script vouches for.
        for (const auto& [event, phase] : {std::pair{ObjectEvent::Touched, "grasp"},
                                           {ObjectEvent::Lifted, "lift"},
                                           {ObjectEvent::Placed, "place"}}) {
            QVERIFY2(events.contains(event), nameOf(event).data());
            const auto& phases = playback.script().phases;
            const auto named = std::ranges::find(phases, phase, &MotionPhase::name);
            QVERIFY(named != phases.end());
            QVERIFY2(events[event] > named->start && events[event] < named->end, phase);
        }
        QVERIFY2(worst < 0.005, qPrintable(QString::number(worst)));
        const Eigen::Vector3d inTray = simulation->bodyPose(*block).position - simulation->bodyPose(*tray).position;
        QVERIFY(std::abs(inTray.x()) < 0.095 && std::abs(inTray.y()) < 0.115);
    }
};

QTEST_APPLESS_MAIN(TestPickAndPlace)
#include "tst_pickandplace.moc"
