#include <QtTest>

#include <cstdlib>
#include <random>
#include <set>

#include "robots/model/collisionmodel.h"
#include "robots/model/mujoco.h"
#include "robots/teleoprig.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

constexpr const char* kBuiltIn = "resources/robots/understudy_one/understudy_one.xml";

void addRobots()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("built-in") << QString::fromStdString(test::source(kBuiltIn).string());
    QTest::newRow("Unitree G1") << QString::fromStdString(test::shared("robots/unitree_g1/scene_29dof.xml").string());
    QTest::newRow("Booster T1") << QString::fromStdString(test::shared("robots/booster_t1/t1_mocap.xml").string());
}

std::vector<int> allJoints(const RobotModel& model)
{
    std::vector<int> joints(model.joints().size());
    for (std::size_t i = 0; i < joints.size(); ++i) joints[i] = static_cast<int>(i);
    return joints;
}

/// Random numbers, the same on every platform.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_random(seed) {}
    double in(double low, double high)
    {
        return low + (high - low) * (static_cast<double>(m_random() >> 11) * 0x1.0p-53);
    }
    Eigen::Vector3d vector(double size) { return {in(-size, size), in(-size, size), in(-size, size)}; }

private:
    std::mt19937_64 m_random;
};

Eigen::VectorXd anyPosture(const RobotModel& model, Dice& dice)
{
    Eigen::VectorXd posture(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < posture.size(); ++i) {
        const JointInfo& joint = model.joints()[static_cast<std::size_t>(i)];
        posture[i] = dice.in(std::max(joint.lower.value, -3.0), std::min(joint.upper.value, 3.0));
    }
    return posture;
}

/// MuJoCo's own collision check of a posture, robot against robot.
class Judge {
public:
    explicit Judge(const RobotModel& model) : m_model(&model), m_data(*makeMjData(model.mujoco()))
    {
        std::copy(model.restQpos().begin(), model.restQpos().end(), m_data->qpos);
        m_atRest = meeting();
    }
    void place(const Eigen::VectorXd& joints)
    {
        for (std::size_t i = 0; i < m_model->joints().size(); ++i) {
            m_data->qpos[m_model->joints()[i].qpos] = joints[static_cast<Eigen::Index>(i)];
        }
        mj_kinematics(&m_model->mujoco(), m_data.get());
    }
    [[nodiscard]] QString collisions(const Eigen::VectorXd& joints)
    {
        place(joints);
        QString text;
        for (const auto& [a, b] : meeting()) {
            if (m_atRest.contains({a, b})) continue;
            const auto& bodies = m_model->bodies();
            text += QString::fromStdString(bodies[static_cast<std::size_t>(a)].name + " and " +
                                           bodies[static_cast<std::size_t>(b)].name + "; ");
        }
        return text;
    }
    [[nodiscard]] mjData& data() { return *m_data; }

private:
    std::set<std::pair<int, int>> meeting()
    {
        const mjModel& mujoco = m_model->mujoco();
        mj_kinematics(&mujoco, m_data.get());
        mj_comPos(&mujoco, m_data.get());
        mj_collision(&mujoco, m_data.get());
        std::set<std::pair<int, int>> pairs;
        for (int i = 0; i < m_data->ncon; ++i) {
            const mjContact& contact = m_data->contact[i];
            const int a = mujoco.geom_bodyid[contact.geom[0]];
            const int b = mujoco.geom_bodyid[contact.geom[1]];
            const auto& bodies = m_model->bodies();
            if (contact.dist >= 0 || !bodies[static_cast<std::size_t>(a)].isRobot) continue;
            if (bodies[static_cast<std::size_t>(b)].isRobot) pairs.emplace(std::min(a, b), std::max(a, b));
        }
        return pairs;
    }

    const RobotModel* m_model;
    MjDataPtr m_data;
    std::set<std::pair<int, int>> m_atRest;
};

}  // namespace

class TestCollision : public QObject {
    Q_OBJECT

private slots:
    void knownDistances();
    void aHullHoldsItsPoints();
    void kinematicsAgreeWithMujoco_data() { addRobots(); }
    void kinematicsAgreeWithMujoco();
    void distancesAreThoseOfMujoco_data() { addRobots(); }
    void distancesAreThoseOfMujoco();
    void gradientsAreTheDerivatives();
    void farPairsAreNotMissed();
    void anyOperatorIsSafe_data() { addRobots(); }
    void anyOperatorIsSafe();
    void neverAllocates();
};

void TestCollision::knownDistances()
{
    const Eigen::Matrix3d identity = Eigen::Matrix3d::Identity();
    const Eigen::Vector3d here = Eigen::Vector3d::Zero();
    const RoundedHull ball(std::span(&here, 1), 0.1);
    std::vector<Eigen::Vector3d> corners;
    for (int i = 0; i < 8; ++i) corners.emplace_back((i & 1) - 0.5, ((i & 2) >> 1) - 0.5, ((i & 4) >> 2) - 0.5);
    const RoundedHull box(corners, 0);
    const auto apart = [&](const RoundedHull& a, const RoundedHull& b, const Eigen::Vector3d& at) {
        SeparationHint hint;
        return separationOf({a, identity, here}, {b, identity, at}, 10, hint);
    };
    QVERIFY(std::abs(apart(ball, ball, {1, 0, 0}).distance - 0.8) < 1e-12);
    QVERIFY((apart(ball, ball, {0, 2, 0}).normal - Eigen::Vector3d::UnitY()).norm() < 1e-12);
    QVERIFY(std::abs(apart(ball, ball, {0.15, 0, 0}).distance + 0.05) < 1e-12);
    QVERIFY(std::abs(apart(box, ball, {0.2, 0.3, 1}).distance - 0.4) < 1e-9);
    QVERIFY(std::abs(apart(box, ball, {1.5, 1.5, 0}).distance - (std::sqrt(2.0) - 0.1)) < 1e-9);
    QVERIFY(std::abs(apart(box, box, {1.25, 0.1, -0.3}).distance - 0.25) < 1e-9);
    QVERIFY(apart(box, box, {0.5, 0, 0}).distance <= 0);
    QVERIFY(apart(box, ball, {30, 0, 0}).isFar);
    QVERIFY(apart(box, ball, {30, 0, 0}).distance >= 10);
}

void TestCollision::aHullHoldsItsPoints()
{
    Dice dice(3);
    std::vector<Eigen::Vector3d> points;
    for (int i = 0; i < 500; ++i) points.push_back(0.1 * dice.vector(1).normalized() + Eigen::Vector3d(1, 2, 3));
    const RoundedHull hull = RoundedHull::around(points, 0.001);
    QVERIFY(hull.count() <= static_cast<int>(RoundedHull::kMostPoints));
    QVERIFY(hull.radius() < 0.03);
    const Eigen::Matrix3d identity = Eigen::Matrix3d::Identity();
    const Eigen::Vector3d here = Eigen::Vector3d::Zero();
    for (const Eigen::Vector3d& point : points) {
        SeparationHint hint;
        const RoundedHull single(std::span(&point, 1), 0);
        QVERIFY(separationOf({hull, identity, here}, {single, identity, here}, 1, hint).distance < 1e-9);
        QVERIFY((point - hull.centre()).norm() < hull.reach() + 1e-9);
    }
}

void TestCollision::kinematicsAgreeWithMujoco()
{
    QFETCH(QString, file);
    if (!std::filesystem::exists(file.toStdString())) QSKIP("the shared robot is not there");
    const Result<RobotModel> model = RobotModel::load(file.toStdString());
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    Result<Kinematics> kinematics = Kinematics::create(*model, {}, {});
    QVERIFY(kinematics);
    Judge judge(*model);
    Dice dice(2);
    for (int trial = 0; trial < 50; ++trial) {
        const Eigen::VectorXd posture = anyPosture(*model, dice);
        judge.place(posture);
        kinematics->update(posture);
        const auto poseOf = [&](int body) {
            const mjtNum* p = judge.data().xpos + static_cast<std::ptrdiff_t>(3) * body;
            const mjtNum* q = judge.data().xquat + static_cast<std::ptrdiff_t>(4) * body;
            return Pose{.position = {p[0], p[1], p[2]}, .orientation = {q[0], q[1], q[2], q[3]}};
        };
        const Pose base = poseOf(model->base());
        for (std::size_t body = 1; body < model->bodies().size(); ++body) {
            // A finger that another leads follows it here and stays in MuJoCo's placing.
            if (!model->bodies()[body].isRobot || model->bodies()[body].name.find("finger") != std::string::npos) {
                continue;
            }
            const Pose expected = base.inverse() * poseOf(static_cast<int>(body));
            QVERIFY((kinematics->origin(static_cast<int>(body)) - expected.position).norm() < 1e-9);
            QVERIFY((kinematics->rotation(static_cast<int>(body)) - expected.orientation.toRotationMatrix()).norm() <
                    1e-9);
        }
    }
}

void TestCollision::distancesAreThoseOfMujoco()
{
    QFETCH(QString, file);
    if (!std::filesystem::exists(file.toStdString())) QSKIP("the shared robot is not there");
    const Result<RobotModel> model = RobotModel::load(file.toStdString());
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    Result<CollisionModel> collisions = CollisionModel::create(*model, allJoints(*model));
    QVERIFY(collisions);
    QVERIFY(collisions->pairCount() > 20);
    Result<Kinematics> kinematics = Kinematics::create(*model, {}, {});
    QVERIFY(kinematics);
    Judge judge(*model);
    Dice dice(4);
    // 32 points leave gaps of some 30 degrees on an ellipsoid: 1 - cos 30 of its largest half axis.
    const auto rounding = [&](int hull) {
        const int geom = collisions->geom(hull);
        const mjtNum* size = model->mujoco().geom_size + static_cast<std::ptrdiff_t>(3) * geom;
        return model->mujoco().geom_type[geom] == mjGEOM_ELLIPSOID ? 0.134 * std::max({size[0], size[1], size[2]}) : 0;
    };
    double widest = 0;
    for (int trial = 0; trial < 10; ++trial) {
        const Eigen::VectorXd posture = anyPosture(*model, dice);
        judge.place(posture);
        kinematics->update(posture);
        for (int pair = 0; pair < collisions->pairCount(); ++pair) {
            const CollisionPair& of = collisions->pair(pair);
            const auto isFinger = [&](int hull) {
                const int body = collisions->body(hull);
                return model->bodies()[static_cast<std::size_t>(body)].name.find("finger") != std::string::npos;
            };
            if (of.isScene || isFinger(of.a) || isFinger(of.b)) continue;
            const double theirs = mj_geomDistance(&model->mujoco(), &judge.data(), collisions->geom(of.a),
                                                  collisions->geom(of.b), 0.5, nullptr);
            if (theirs <= 0 || theirs >= 0.5) continue;
            const double ours = collisions->separation(pair, *kinematics, 0.6).distance;
            QVERIFY2(ours <= theirs + 1e-4, qPrintable(QString("%1 above %2").arg(ours).arg(theirs)));
            widest = std::max(widest, theirs - ours - rounding(of.a) - rounding(of.b));
        }
    }
    // Hulls lie around what they stand for, and not far around it.
    QVERIFY2(widest < 0.02, qPrintable(QString::number(widest)));
}

void TestCollision::gradientsAreTheDerivatives()
{
    const Result<RobotModel> model = RobotModel::load(test::source(kBuiltIn));
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    const std::vector<int> joints = allJoints(*model);
    Result<CollisionModel> collisions = CollisionModel::create(*model, joints);
    Result<Kinematics> kinematics = Kinematics::create(*model, joints, {});
    QVERIFY(collisions && kinematics);
    Dice dice(5);
    const Eigen::VectorXd still = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(joints.size()));
    int compared = 0;
    for (int trial = 0; trial < 20; ++trial) {
        const Eigen::VectorXd posture = anyPosture(*model, dice);
        kinematics->update(posture);
        collisions->measure(*kinematics, posture, still, 0.1);
        const std::vector<NearPair> near(collisions->near().begin(), collisions->near().end());
        for (const NearPair& pair : near) {
            if (pair.at.distance <= 0) continue;  // cores that overlap have no nearest points
            kinematics->update(posture);
            QpVector gradient = QpVector::Zero(static_cast<Eigen::Index>(joints.size()));
            collisions->addGradient(pair, *kinematics, gradient);
            // The nearest point moves with the bodies: a direction is enough, and second-order terms are small.
            constexpr double kStep = 1e-6;
            const QpVector direction = gradient.normalized();
            if (!(gradient.norm() > 0.05)) continue;
            kinematics->update(posture + kStep * direction);
            const double after = collisions->separation(pair.pair, *kinematics, 1).distance;
            kinematics->update(posture - kStep * direction);
            const double before = collisions->separation(pair.pair, *kinematics, 1).distance;
            const double slope = (after - before) / (2 * kStep);
            QVERIFY2(std::abs(slope - gradient.norm()) < 0.02 * gradient.norm() + 1e-3,
                     qPrintable(QString("%1 for %2").arg(slope).arg(gradient.norm())));
            ++compared;
        }
    }
    QVERIFY(compared > 50);
}

void TestCollision::farPairsAreNotMissed()
{
    const Result<RobotModel> model = RobotModel::load(test::source(kBuiltIn));
    QVERIFY(model);
    const std::vector<int> joints = allJoints(*model);
    Result<CollisionModel> walked = CollisionModel::create(*model, joints);
    Result<Kinematics> kinematics = Kinematics::create(*model, joints, {});
    QVERIFY(walked && kinematics);
    const Eigen::VectorXd still = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(joints.size()));
    Dice dice(6);
    Eigen::VectorXd from = anyPosture(*model, dice);
    std::size_t most = 0;
    for (int leg = 0; leg < 4; ++leg) {
        const Eigen::VectorXd to = anyPosture(*model, dice);
        for (int step = 0; step <= 100; ++step) {
            const Eigen::VectorXd posture = from + step / 100.0 * (to - from);
            kinematics->update(posture);
            walked->measure(*kinematics, posture, still, 0.05);
            std::set<int> seen;
            for (const NearPair& near : walked->near()) seen.insert(near.pair);
            most = std::max(most, seen.size());
            for (int pair = 0; pair < walked->pairCount(); ++pair) {
                const Separation exact = walked->separation(pair, *kinematics, 0.06);
                if (exact.distance < 0.0499) QVERIFY(seen.contains(pair));
            }
        }
        from = to;
    }
    QVERIFY(most > 3);
}

/// Operators who walk at random, teleport, twist, vanish and send what is no number: no limit of position, velocity or
/// acceleration is broken, nothing collides, nothing is not finite. UNDERSTUDY_RANDOM_STEPS asks for more.
void TestCollision::anyOperatorIsSafe()
{
    QFETCH(QString, file);
    if (!std::filesystem::exists(file.toStdString())) QSKIP("the shared robot is not there");
    const Result<RobotModel> model = RobotModel::load(file.toStdString());
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    const char* asked = std::getenv("UNDERSTUDY_RANDOM_STEPS");
    const int steps = asked == nullptr ? 3000 : std::atoi(asked);
    test::TeleopRig rig(*model);
    QVERIFY2(rig.error.empty(), rig.error.c_str());
    rig.operatorPeriod = 10 * kMillisecond;
    (void)rig.drive();
    Judge judge(*model);
    Dice dice(7);
    Eigen::Vector3d left(0.3, 0.05, -0.25);
    Eigen::Vector3d right(0.3, -0.05, -0.25);
    Eigen::Vector3d leftSpeed = Eigen::Vector3d::Zero();
    Eigen::Vector3d rightSpeed = Eigen::Vector3d::Zero();
    double travelled = 0;
    Eigen::VectorXd before = rig.link.last().position;
    for (int step = 0; step < steps; ++step) {
        // A walk of the hands, often across the body and into one another.
        for (auto [hand, speed] : {std::pair{&left, &leftSpeed}, std::pair{&right, &rightSpeed}}) {
            *speed = 0.98 * *speed + dice.vector(0.25);
            *hand += *speed * 0.002;
            if (hand->norm() > 0.55) *hand *= 0.55 / hand->norm();
        }
        const double chance = dice.in(0, 1);
        if (chance < 0.002) left = dice.vector(0.5);
        if (chance > 0.998) right = -left + Eigen::Vector3d(0, 0.36, 0);
        OperatorSample next = test::person(left, right);
        if (chance > 0.4 && chance < 0.402) {
            next.at(BodyJoint::LeftWrist).pose.position.setConstant(std::numeric_limits<double>::quiet_NaN());
        }
        if (chance > 0.5 && chance < 0.501) {
            next.at(BodyJoint::RightWrist).pose.orientation =
                Eigen::Quaterniond(dice.in(-1, 1), dice.in(-1, 1), dice.in(-1, 1), dice.in(-1, 1)).normalized();
        }
        rig.sample.body = next.body;
        // Whatever stopped the robot: released and pressed again.
        rig.hold(rig.phase() != TeleopPhase::Hold && step % 400 > 5);
        if (rig.phase() == TeleopPhase::Fault) rig.loop->clearStop();
        if (step % 1500 == 700) rig.loop->requestStop();
        if (step % 1500 == 760) rig.loop->clearStop();
        if (step % 1500 == 800) rig.loop->requestHome();
        (void)rig.tick();
        const Eigen::VectorXd& sent = rig.link.last().position;
        QVERIFY(sent.allFinite());
        const QString met = judge.collisions(sent);
        QVERIFY2(met.isEmpty(), qPrintable(QString("step %1: %2").arg(step).arg(met)));
        travelled += (sent - before).norm();
        before = sent;
    }
    QCOMPARE(rig.positionViolations, 0);
    QCOMPARE(rig.velocityViolations, 0);
    QCOMPARE(rig.accelerationViolations, 0);
    QVERIFY2(travelled > 2, qPrintable(QString::number(travelled)));
}

void TestCollision::neverAllocates()
{
    const Result<RobotModel> model = RobotModel::load(test::source(kBuiltIn));
    QVERIFY(model);
    test::TeleopRig rig(*model);
    QVERIFY2(rig.error.empty(), rig.error.c_str());
    (void)rig.drive();
    // Both hands through the chest and one another.
    rig.sample.body = test::person({0.1, -0.2, -0.1}, {0.1, 0.2, -0.1}).body;
    (void)rig.ticks(5);
    const std::size_t before = test::allocationCount();
    for (int i = 0; i < 600; ++i) {
        rig.now += rig.period;
        ++rig.sample.sequence;
        rig.sample.stamps = {.device = rig.now, .capture = rig.now, .arrival = rig.now};
        rig.operatorSamples.write(rig.sample);
        rig.state.position = rig.link.last().position;
        ++rig.state.sequence;
        rig.state.stamps = rig.sample.stamps;
        rig.robotStates.write(rig.state);
        rig.loop->tick(rig.now);
    }
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestCollision)
#include "tst_collision.moc"
