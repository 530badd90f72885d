#include <QTest>

#include "robots/links/objectobserver.h"
#include "robots/links/simulation.h"
#include "robots/model/mujoco.h"
#include "support/shared.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

fs::path builtIn() { return resourcePath("robots/understudy_one/understudy_one.xml"); }

JointCommand restCommand(const RobotModel& model)
{
    JointCommand command;
    command.mode = CommandMode::Position;
    command.position = command.velocity = Eigen::VectorXd::Zero(std::ssize(model.joints()));
    for (std::size_t i = 0; i < model.joints().size(); ++i) {
        command.position[static_cast<Eigen::Index>(i)] = model.joints()[i].rest;
    }
    return command;
}

/// Joint positions that bring the right hand's grasp point to `point` with the fingers along `fingers` and the jaws
/// closing along `jaws`, from `start`, by damped least squares on the right arm only. Judges nothing itself.
Eigen::VectorXd reach(const RobotModel& model, Eigen::VectorXd joints, const Eigen::Vector3d& point,
                      const Eigen::Vector3d& fingers, const Eigen::Vector3d& jaws)
{
    const mjModel& m = model.mujoco();
    Result<MjDataPtr> data = makeMjData(m);
    mjData* d = data->get();
    const int site = mj_name2id(&m, mjOBJ_SITE, "right_grasp");
    Eigen::Matrix3d wanted;
    wanted.col(2) = -fingers.normalized();
    wanted.col(1) = jaws.normalized();
    wanted.col(0) = wanted.col(1).cross(wanted.col(2));
    std::vector<int> arm;
    for (const std::string& name : model.profile().arms[1]->joints) arm.push_back(model.jointIndex(name).value());
    std::copy(model.restQpos().begin(), model.restQpos().end(), d->qpos);
    for (int iteration = 0; iteration < 300; ++iteration) {
        for (std::size_t i = 0; i < model.joints().size(); ++i) {
            d->qpos[model.joints()[i].qpos] = joints[static_cast<Eigen::Index>(i)];
        }
        mj_kinematics(&m, d);
        mj_comPos(&m, d);
        const Eigen::Map<const Eigen::Vector3d> at(d->site_xpos + 3 * site);
        const Eigen::Matrix3d axes =
            Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(d->site_xmat + 9 * site);
        Eigen::Matrix<double, 6, 1> error;
        error.head<3>() = point - at;
        error.tail<3>() = rotationVector(Eigen::Quaterniond(wanted * axes.transpose()).normalized());
        if (error.norm() < 1e-4) break;
        Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor> linear(3, m.nv), angular(3, m.nv);
        mj_jacSite(&m, d, linear.data(), angular.data(), site);
        Eigen::MatrixXd jacobian(6, arm.size());
        for (std::size_t k = 0; k < arm.size(); ++k) {
            const int dof = model.joints()[static_cast<std::size_t>(arm[k])].dof;
            jacobian.col(static_cast<Eigen::Index>(k)) << linear.col(dof), angular.col(dof);
        }
        const Eigen::MatrixXd damped = jacobian * jacobian.transpose() + 1e-3 * Eigen::MatrixXd::Identity(6, 6);
        const Eigen::VectorXd change = jacobian.transpose() * damped.ldlt().solve(error);
        for (std::size_t k = 0; k < arm.size(); ++k) {
            const JointInfo& joint = model.joints()[static_cast<std::size_t>(arm[k])];
            joints[arm[k]] =
                std::clamp(joints[arm[k]] + change[static_cast<Eigen::Index>(k)], joint.lower.value, joint.upper.value);
        }
    }
    return joints;
}

}  // namespace

class TestSimulation : public QObject {
    Q_OBJECT

private slots:
    void holdsItsPosture_data();
    void holdsItsPosture();
    void followsPositions();
    void dampingSinks();
    void isDeterministic();
    void seedsMoveObjectsAFewCentimetres();
    void objectsRestOnTheTable();
    void divergenceIsSaid();
    void picksAndPlacesWithKnownBoundaries();
};

void TestSimulation::holdsItsPosture_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<double>("bound");
    QTest::newRow("built-in") << QString::fromStdString(builtIn().string()) << 0.01;
    QTest::newRow("g1") << QString::fromStdString(test::shared("robots/unitree_g1/scene_29dof.xml").string()) << 0.02;
    QTest::newRow("t1") << QString::fromStdString(test::shared("robots/booster_t1/t1_mocap.xml").string()) << 0.02;
}

void TestSimulation::holdsItsPosture()
{
    QFETCH(QString, file);
    QFETCH(double, bound);
    if (!fs::exists(file.toStdString())) QSKIP("this shared robot is not there");
    const Result<RobotModel> model = RobotModel::load(file.toStdString());
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    const JointCommand command = restCommand(*model);
    simulation->follow(command);
    RobotState state = simulation->statePrototype();
    const Pose base = state.base;
    while (simulation->time() < 2) {
        QVERIFY2(simulation->step(), simulation->problem().c_str());
        simulation->read(state);
        const double worst = (state.position - command.position).cwiseAbs().maxCoeff();
        QVERIFY2(worst < bound, qPrintable(QString("%1 rad after %2 s").arg(worst).arg(simulation->time())));
    }
    QVERIFY(state.velocity.cwiseAbs().maxCoeff() < 0.05);
    QVERIFY(state.base.position == base.position);
}

void TestSimulation::followsPositions()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    JointCommand command = restCommand(*model);
    const int elbow = model->jointIndex("left_elbow").value();
    const double from = command.position[elbow];
    const double speed = 0.5;
    RobotState state = simulation->statePrototype();
    double worst = 0;
    while (simulation->time() < 1.5) {
        const double t = std::min(simulation->time(), 1.0);
        command.position[elbow] = from + speed * t;
        command.velocity[elbow] = simulation->time() < 1.0 ? speed : 0;
        simulation->follow(command);
        QVERIFY(simulation->step());
        simulation->read(state);
        if (simulation->time() > 0.3)
            worst = std::max(worst, std::abs(state.position[elbow] - command.position[elbow]));
    }
    QVERIFY2(worst < 0.03, qPrintable(QString::number(worst)));
}

void TestSimulation::dampingSinks()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    JointCommand command = restCommand(*model);
    command.mode = CommandMode::Damping;
    simulation->follow(command);
    RobotState state = simulation->statePrototype();
    for (int i = 0; i < 500; ++i) QVERIFY(simulation->step());
    simulation->read(state);
    QVERIFY2(state.velocity.cwiseAbs().maxCoeff() < 2.0, "damping lets nothing fall fast");
}

void TestSimulation::isDeterministic()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    std::vector<Eigen::VectorXd> ends;
    for (int run = 0; run < 2; ++run) {
        Result<Simulation> simulation = Simulation::create(*model);
        QVERIFY(simulation);
        simulation->reset(7);
        JointCommand command = restCommand(*model);
        SceneState scene = simulation->scenePrototype();
        for (int i = 0; i < 400; ++i) {
            command.position[model->jointIndex("right_shoulder_pitch").value()] -= 0.001;
            simulation->follow(command);
            QVERIFY(simulation->step());
        }
        simulation->read(scene);
        ends.push_back(scene.qpos);
    }
    QVERIFY(ends[0] == ends[1]);
}

void TestSimulation::seedsMoveObjectsAFewCentimetres()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    const int block = model->bodyIndex("red_block").value();
    const Eigen::Vector3d home = simulation->bodyPose(block).position;
    std::vector<Eigen::Vector3d> places;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        simulation->reset(seed);
        const Eigen::Vector3d place = simulation->bodyPose(block).position;
        QVERIFY((place - home).head<2>().cwiseAbs().maxCoeff() <= 0.0301);
        QCOMPARE(place.z(), home.z());
        for (const Eigen::Vector3d& other : places) QVERIFY((place - other).norm() > 0);
        places.push_back(place);
        for (int i = 0; i < 250; ++i) QVERIFY2(simulation->step(), simulation->problem().c_str());
        QVERIFY2((simulation->bodyPose(block).position - place).norm() < 0.01,
                 "a placed object stays where it was put");
    }
    simulation->reset(0);
    QVERIFY(simulation->bodyPose(block).position == home);
}

void TestSimulation::objectsRestOnTheTable()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    for (int i = 0; i < 500; ++i) QVERIFY(simulation->step());
    ContactSample contacts;
    simulation->read(contacts);
    const int block = model->bodyIndex("red_block").value(), table = model->bodyIndex("table").value();
    double borne = 0;
    for (int i = 0; i < contacts.count; ++i) {
        const Contact& contact = contacts.contacts[static_cast<std::size_t>(i)];
        const bool isPair =
            (contact.bodyA == block && contact.bodyB == table) || (contact.bodyA == table && contact.bodyB == block);
        if (!isPair) continue;
        borne += contact.force;
        QVERIFY(std::abs(contact.normal.z()) > 0.99);
    }
    QVERIFY2(std::abs(borne - 0.12 * 9.81) < 0.1, qPrintable(QString::number(borne)));
    QCOMPARE(simulation->contactBodies()[static_cast<std::size_t>(block)], std::string("red_block"));
    TransformSample transforms = simulation->transformsPrototype();
    simulation->read(transforms);
    QCOMPARE(simulation->transformBodies().front(), std::string("pelvis"));
    QCOMPARE(transforms.poses.size(), simulation->transformBodies().size());
    QVERIFY(std::abs(transforms.poses[1].position.z() - 0.945) < 0.002);
}

void TestSimulation::divergenceIsSaid()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    JointCommand command = restCommand(*model);
    command.position.setConstant(1e30);
    simulation->follow(command);
    bool failed = false;
    for (int i = 0; i < 2000 && !failed; ++i) failed = !simulation->step();
    if (!failed) {
        RobotState state = simulation->statePrototype();
        simulation->read(state);
        QVERIFY2(state.position.allFinite(), "force limits kept the impossible command harmless");
    } else {
        QVERIFY(simulation->problem().find("diverged") != std::string::npos);
        QVERIFY(!simulation->step());
    }
}

void TestSimulation::picksAndPlacesWithKnownBoundaries()
{
    const Result<RobotModel> model = RobotModel::load(builtIn());
    QVERIFY(model);
    Result<Simulation> simulation = Simulation::create(*model);
    QVERIFY(simulation);
    const int block = model->bodyIndex("red_block").value();
    const Eigen::Vector3d at = simulation->bodyPose(block).position;
    const Eigen::Vector3d goal(0.45, -0.04, at.z() + 0.012);
    const Eigen::Vector3d down(0.35, 0, -1), jaws = Eigen::Vector3d::UnitY();
    const int gripper = model->jointIndex("right_gripper").value();
    const double open = 0.05, closed = 0.0;

    struct Waypoint {
        double seconds;
        Eigen::Vector3d point;
        double jaw;
    };
    const std::vector<Waypoint> path{{1.0, at + Eigen::Vector3d(-0.01, 0, 0.1), open},
                                     {0.8, at, open},
                                     {0.4, at, closed},
                                     {0.8, at + Eigen::Vector3d(0, 0, 0.14), closed},
                                     {0.8, goal + Eigen::Vector3d(0, 0, 0.12), closed},
                                     {0.8, goal, closed},
                                     {0.4, goal, open},
                                     {0.8, goal + Eigen::Vector3d(-0.02, 0, 0.14), open}};
    JointCommand command = restCommand(*model);
    ObjectObserver observer(*simulation, block);
    std::map<ObjectEvent, double> seen;
    std::vector<double> begins;
    for (const Waypoint& waypoint : path) {
        begins.push_back(simulation->time());
        const Eigen::VectorXd from = command.position;
        Eigen::VectorXd to = reach(*model, from, waypoint.point, down, jaws);
        to[gripper] = waypoint.jaw;
        const double start = simulation->time();
        while (simulation->time() < start + waypoint.seconds) {
            const double s = (simulation->time() - start) / waypoint.seconds;
            const double smooth = s * s * (3 - 2 * s);
            command.position = from + smooth * (to - from);
            command.velocity = (to - from) * (6 * s * (1 - s) / waypoint.seconds);
            simulation->follow(command);
            QVERIFY2(simulation->step(), simulation->problem().c_str());
            if (const auto event = observer.update(*simulation)) {
                QVERIFY2(!seen.contains(*event), nameOf(*event).data());
                seen[*event] = simulation->time();
            }
        }
        command.position = to;
    }
    const auto text = [&](ObjectEvent event) {
        return QString("%1 at %2").arg(nameOf(event).data()).arg(seen.contains(event) ? seen[event] : -1);
    };
    for (const ObjectEvent event : {ObjectEvent::Touched, ObjectEvent::Lifted, ObjectEvent::Placed}) {
        QVERIFY2(seen.contains(event), qPrintable(text(event)));
    }
    QVERIFY2(seen[ObjectEvent::Touched] >= begins[1] && seen[ObjectEvent::Touched] < begins[3],
             qPrintable(text(ObjectEvent::Touched)));
    QVERIFY2(seen[ObjectEvent::Lifted] > begins[3] && seen[ObjectEvent::Lifted] < begins[4],
             qPrintable(text(ObjectEvent::Lifted)));
    QVERIFY2(seen[ObjectEvent::Placed] > begins[6], qPrintable(text(ObjectEvent::Placed)));
    const Eigen::Vector3d end = simulation->bodyPose(block).position;
    QVERIFY2((end - goal).head<2>().norm() < 0.04, "the block lies where it was put, on the tray");
}

QTEST_APPLESS_MAIN(TestSimulation)
#include "tst_simulation.moc"
