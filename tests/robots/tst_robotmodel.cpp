#include <QTemporaryDir>
#include <QtTest>

#include "modelfixtures.h"
#include "robots/model/meshes.h"
#include "robots/model/robotmodel.h"
#include "support/shared.h"

using namespace understudy;
namespace fs = std::filesystem;

class TestRobotModel : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void loadsTheBuiltInRobot();
    void loadsUnitreeG1();
    void loadsBoosterT1();
    void loadsUrdfAsVendorsPublishIt();
    void loadsAnUnknownMjcf();
    void reloadsFromItsStoredFiles();
    void refusesBrokenInput_data();
    void refusesBrokenInput();
    void refusesBrokenMeshes_data();
    void refusesBrokenMeshes();
    void includesAreSpliced();
    void decimationKeepsTheExtent();

private:
    [[nodiscard]] fs::path folder() const { return m_folder->path().toStdString(); }
    [[nodiscard]] fs::path write(const std::string& name, const std::string& text) const
    {
        test::writeText(folder() / name, text);
        return folder() / name;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_before;
};

#define LOADED(model) QVERIFY2(model, model ? "" : model.error().message.c_str())

void TestRobotModel::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_before = fs::current_path();
    fs::create_directory(folder() / "cwd");
    fs::current_path(folder() / "cwd");
}

void TestRobotModel::cleanup()
{
    QVERIFY2(fs::is_empty(fs::current_path()), "loading wrote into the working directory");
    fs::current_path(m_before);
    m_folder.reset();
}

void TestRobotModel::loadsTheBuiltInRobot()
{
    const Result<RobotModel> model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    LOADED(model);
    QCOMPARE(model->name(), std::string("understudy_one"));
    QVERIFY(model->joints().size() >= 29 + 2);
    QVERIFY2(model->teleoperationGap().empty(), model->teleoperationGap().c_str());
    for (const JointInfo& joint : model->joints()) {
        QVERIFY2(std::isfinite(joint.lower.value) && std::isfinite(joint.upper.value), joint.name.c_str());
        QVERIFY2(joint.rest >= joint.lower.value && joint.rest <= joint.upper.value, joint.name.c_str());
        QVERIFY2(joint.velocity.source == LimitSource::Profile, joint.name.c_str());
        QVERIFY2(joint.kp > 0 && joint.effort.value > 0, joint.name.c_str());
    }
    int objects = 0;
    for (const BodyInfo& body : model->bodies()) objects += body.isFree && !body.isRobot ? 1 : 0;
    QCOMPARE(objects, 4);
    QCOMPARE(model->profile().cameras.size(), std::size_t{3});
    QVERIFY(!model->jointIndex("left_gripper_mirror").has_value());
    QVERIFY(model->jointIndex("left_gripper").has_value());
    // Legs may overlap at their own hips; arms and hands may not touch anything at rest.
    for (const auto& [a, b] : model->touchingAtRest()) {
        QVERIFY2(a.find("wrist") == std::string::npos && b.find("wrist") == std::string::npos, (a + " " + b).c_str());
        QVERIFY2(a.find("finger") == std::string::npos && b.find("finger") == std::string::npos, (a + " " + b).c_str());
    }
}

void TestRobotModel::loadsUnitreeG1()
{
    const fs::path file = test::shared("robots/unitree_g1/scene_29dof.xml");
    if (!fs::exists(file)) QSKIP("the shared robot unitree_g1 is not there");
    const Result<RobotModel> model = RobotModel::load(file);
    LOADED(model);
    QCOMPARE(model->name(), std::string("unitree_g1"));
    QCOMPARE(model->joints().size(), std::size_t{29});
    QCOMPARE(model->joints().front().name, std::string("left_hip_pitch_joint"));
    const JointInfo& elbow = model->joints()[static_cast<std::size_t>(model->jointIndex("left_elbow_joint").value())];
    QCOMPARE(elbow.velocity.value, 37.0);
    QCOMPARE(elbow.acceleration.value, 60.0);
    QCOMPARE(elbow.effort.value, 25.0);
    QCOMPARE(elbow.lower.value, -1.0472);
    QVERIFY(elbow.lower.source == LimitSource::Description);
    QCOMPARE(model->bodies()[static_cast<std::size_t>(model->base())].name, std::string("pelvis"));
    std::map<int, std::size_t> perBody;
    for (const VisualMesh& visual : model->visuals()) {
        if (model->bodies()[static_cast<std::size_t>(visual.body)].isRobot) {
            perBody[visual.body] += visual.triangles.size() / 3;
        }
    }
    for (const auto& [body, triangles] : perBody) {
        QVERIFY2(triangles <= 2600, model->bodies()[static_cast<std::size_t>(body)].name.c_str());
    }
}

void TestRobotModel::loadsBoosterT1()
{
    const fs::path file = test::shared("robots/booster_t1/t1_mocap.xml");
    if (!fs::exists(file)) QSKIP("the shared robot booster_t1 is not there");
    const Result<RobotModel> model = RobotModel::load(file);
    LOADED(model);
    QCOMPARE(model->joints().size(), std::size_t{21});
    QCOMPARE(model->profile().arms[0]->joints.size(), std::size_t{4});
    QCOMPARE(model->joints().front().effort.value, 18.0);
    QVERIFY(model->joints().front().effort.source == LimitSource::Description);
}

void TestRobotModel::loadsUrdfAsVendorsPublishIt()
{
    const Result<RobotModel> model = RobotModel::load(test::writeArmPackage(folder()));
    LOADED(model);
    QCOMPARE(model->name(), std::string("test_arm"));
    const std::vector<std::string> expected{"joint1", "joint2", "joint3", "joint4", "joint5", "joint6", "finger_joint"};
    QCOMPARE(model->jointNames(), expected);
    const JointInfo& first = model->joints()[0];
    QCOMPARE(first.velocity.value, 1.5);
    QVERIFY(first.velocity.source == LimitSource::Description);
    QCOMPARE(first.effort.value, 10.0);
    const JointInfo& third = model->joints()[2];
    QCOMPARE(third.velocity.value, kDefaultVelocity);
    QVERIFY(third.velocity.source == LimitSource::Default);
    QCOMPARE(third.acceleration.value, kDefaultAcceleration);
    QVERIFY(model->bodyIndex("tool").has_value());

    const auto tool = std::find_if(model->visuals().begin(), model->visuals().end(), [&](const VisualMesh& visual) {
        return visual.body == model->bodyIndex("tool").value();
    });
    QVERIFY(tool != model->visuals().end());
    float lowest = 1e9F, highest = -1e9F;
    for (const Eigen::Vector3f& vertex : tool->vertices) {
        const double z = (tool->pose * vertex.cast<double>()).z();
        lowest = std::min(lowest, static_cast<float>(z));
        highest = std::max(highest, static_cast<float>(z));
    }
    QVERIFY2(std::abs(highest - lowest - 0.4F) < 1e-4F, "the .dae stands as it was drawn, z up");
    // The larger collision box is hidden behind the visual one.
    for (const VisualMesh& visual : model->visuals()) {
        for (const Eigen::Vector3f& vertex : visual.vertices) {
            if (visual.body != tool->body) QVERIFY(vertex.cwiseAbs().maxCoeff() < 0.055F);
        }
    }
    QVERIFY(model->profile().arms[1].has_value());
    QCOMPARE(model->profile().arms[1]->joints.size(), std::size_t{6});
    QCOMPARE(model->profile().cameras.size(), std::size_t{1});
    QVERIFY2(model->profile().baseRaise > 0.04, "half of the base was below the floor");
}

void TestRobotModel::loadsAnUnknownMjcf()
{
    const Result<RobotModel> two = RobotModel::load(write("two.xml", test::chainMjcf(2)));
    LOADED(two);
    QVERIFY2(two->teleoperationGap().find("profile") != std::string::npos, two->teleoperationGap().c_str());
    const Result<RobotModel> six = RobotModel::load(write("six.xml", test::chainMjcf(6)));
    LOADED(six);
    QVERIFY(six->teleoperationGap().empty());
    QVERIFY(six->joints()[0].kp > 0);
    QVERIFY(two->hash() != six->hash());
}

void TestRobotModel::reloadsFromItsStoredFiles()
{
    const auto check = [&](const fs::path& file) {
        const Result<RobotModel> model = RobotModel::load(file);
        LOADED(model);
        const fs::path stored = folder() / "models" / model->hash();
        for (const ModelFile& part : model->files()) {
            fs::create_directories((stored / part.name).parent_path());
            if (part.path.empty()) {
                test::writeText(stored / part.name,
                                {reinterpret_cast<const char*>(part.bytes.data()), part.bytes.size()});
            } else {
                fs::copy_file(part.path, stored / part.name);
            }
        }
        const Result<RobotModel> again = RobotModel::load(stored / model->files().front().name);
        LOADED(again);
        QCOMPARE(again->hash(), model->hash());
        QCOMPARE(again->jointNames(), model->jointNames());
        QCOMPARE(again->bodies().size(), model->bodies().size());
        QCOMPARE(again->name(), model->name());
        QVERIFY(again->restQpos() == model->restQpos());
    };
    check(resourcePath("robots/understudy_one/understudy_one.xml"));
    check(test::writeArmPackage(folder()));
}

void TestRobotModel::refusesBrokenInput_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const QString body = "<mujoco><worldbody>%1</worldbody></mujoco>";
    const QString hinge = "<body><joint name='j'/><geom size='0.1'/>%1</body>";
    QTest::newRow("empty") << "a.xml"
                           << ""
                           << "XML";
    QTest::newRow("truncated") << "a.xml"
                               << "<mujoco><worldbody><body"
                               << "XML";
    QTest::newRow("binary") << "a.xml"
                            << QString(QByteArray("\x7f"
                                                  "ELF\x02\x01 garbage"))
                            << "XML";
    QTest::newRow("other root") << "a.xml"
                                << "<svg/>"
                                << "<svg>";
    QTest::newRow("no joints") << "a.xml" << body.arg("<geom size='1'/>") << "no joint";
    QTest::newRow("only objects") << "a.xml" << body.arg("<body><freejoint/><geom size='1'/></body>") << "no joint";
    QTest::newRow("unknown element") << "a.xml" << body.arg("<banana/>") << "banana";
    QTest::newRow("negative mass") << "a.xml"
                                   << body.arg(hinge.arg("<inertial pos='0 0 0' mass='-1' diaginertia='1 1 1'/>"))
                                   << "a.xml";
    QTest::newRow("impossible inertia") << "a.xml"
                                        << body.arg(hinge.arg("<inertial pos='0 0 0' mass='1' diaginertia='1 1 9'/>"))
                                        << "inertia";
    QTest::newRow("massless") << "a.xml" << body.arg("<body><joint name='j'/></body>") << "mass";
    QTest::newRow("not a number") << "a.xml"
                                  << body.arg("<body pos='nan 0 0'><joint name='j'/><geom size='0.1'/></body>")
                                  << "a.xml";
    QTest::newRow("missing mesh") << "a.xml"
                                  << "<mujoco><asset><mesh file='gone.stl'/></asset><worldbody/></mujoco>"
                                  << "gone.stl";
    QTest::newRow("missing include") << "a.xml"
                                     << "<mujoco><include file='gone.xml'/></mujoco>"
                                     << "gone.xml";
    QTest::newRow("include circle") << "a.xml"
                                    << "<mujoco><include file='a.xml'/></mujoco>"
                                    << "circle";
    QString thousand;
    for (int i = 0; i < 1000; ++i) {
        thousand +=
            QString("<body pos='%1 0 0'><joint name='j%1'/><geom size='0.1' contype='0' conaffinity='0'/></body>")
                .arg(i);
    }
    QTest::newRow("a thousand joints") << "a.xml" << body.arg("<body>" + thousand + "<geom size='1'/></body>")
                                       << "1000";
    QTest::newRow("too many joints") << "a.xml" << QString::fromStdString(test::chainMjcf(129)) << "129";
    QTest::newRow("urdf missing mesh") << "a.urdf"
                                       << "<robot name='r'><link name='l'><visual><geometry><mesh "
                                          "filename='package://p/gone.dae'/></geometry></visual></link></robot>"
                                       << "gone.dae";
    QTest::newRow("urdf mimic of nothing")
        << "a.urdf"
        << "<robot name='r'><link name='l'/><link name='m'/><joint name='j' type='revolute'><parent link='l'/><child "
           "link='m'/><limit lower='0' upper='1' effort='1'/><mimic joint='k'/></joint></robot>"
        << "mimics k";
    QTest::newRow("urdf velocity nan")
        << "a.urdf"
        << "<robot name='r'><link name='l'/><link name='m'/><joint name='j' type='revolute'><parent link='l'/><child "
           "link='m'/><limit lower='0' upper='1' velocity='nan'/></joint></robot>"
        << "joint j";
    QTest::newRow("urdf loop")
        << "a.urdf"
        << "<robot name='r'><link name='l'/><link name='m'/><joint name='j' type='revolute'><parent link='l'/><child "
           "link='m'/><limit lower='0' upper='1'/></joint><joint name='k' type='revolute'><parent link='m'/><child "
           "link='l'/><limit lower='0' upper='1'/></joint></robot>"
        << "a.urdf";
}

void TestRobotModel::refusesBrokenInput()
{
    QFETCH(QString, name);
    QFETCH(QString, text);
    QFETCH(QString, says);
    const Result<RobotModel> model = RobotModel::load(write(name.toStdString(), text.toStdString()));
    QVERIFY(!model);
    const QString message = QString::fromStdString(model.error().message);
    QVERIFY2(message.contains(name), qPrintable(message));
    QVERIFY2(message.contains(says), qPrintable(message));

    QVERIFY(!RobotModel::load(folder() / "not_there.xml"));
    QVERIFY(!RobotModel::load(folder()));
}

void TestRobotModel::refusesBrokenMeshes_data()
{
    QTest::addColumn<QString>("damage");
    for (const char* damage : {"count too large", "count enormous", "cut off", "not finite", "empty", "text", "flat"}) {
        QTest::newRow(damage) << damage;
    }
}

void TestRobotModel::refusesBrokenMeshes()
{
    QFETCH(QString, damage);
    const fs::path mesh = folder() / "part.stl";
    test::writeStl(mesh, 0.1F);
    if (damage == "count too large") test::writeStl(mesh, 0.1F, 13);
    if (damage == "count enormous") test::writeStl(mesh, 0.1F, 0xFFFFFFFF);
    if (damage == "cut off") fs::resize_file(mesh, 100);
    if (damage == "not finite") test::writeStl(mesh, std::nanf(""));
    if (damage == "empty") test::writeText(mesh, "");
    if (damage == "text")
        test::writeText(mesh, "this is not a mesh at all, but a sentence that goes on for a while, so "
                              "that its length is more than the eighty-four bytes of a head");
    if (damage == "flat") test::writeStl(mesh, 0);
    const fs::path file =
        write("a.xml", "<mujoco><asset><mesh name='part' file='part.stl'/></asset><worldbody><body><joint "
                       "name='j'/><geom type='mesh' mesh='part'/></body></worldbody></mujoco>");
    const Result<RobotModel> model = RobotModel::load(file);
    QVERIFY(!model);
    QVERIFY2(model.error().message.find("part") != std::string::npos, model.error().message.c_str());
}

void TestRobotModel::includesAreSpliced()
{
    test::writeStl(folder() / "meshes/sub/part.stl", 0.1F);
    (void)write("parts/arm.xml", "<mujocoinclude><body name='arm'><joint name='j' range='-1 1'/><geom type='mesh' "
                                 "mesh='part'/></body></mujocoinclude>");
    const fs::path file = write(
        "main.xml", "<mujoco model='m'><compiler meshdir='meshes' autolimits='true'/><asset><mesh file='sub/part.stl'/>"
                    "</asset><worldbody><include file='parts/arm.xml'/></worldbody></mujoco>");
    const Result<RobotModel> model = RobotModel::load(file);
    LOADED(model);
    QCOMPARE(model->jointNames(), std::vector<std::string>{"j"});
    QCOMPARE(model->visuals().size(), std::size_t{1});
}

void TestRobotModel::decimationKeepsTheExtent()
{
    TriangleMesh sphere = ellipsoidMesh({1, 2, 3});
    const std::size_t before = sphere.triangles();
    const TriangleMesh fewer = decimate(sphere, before / 3);
    QVERIFY(fewer.triangles() <= before / 3 * 5 / 4);
    Eigen::AlignedBox3f full, small;
    for (const Eigen::Vector3f& v : sphere.vertices) full.extend(v);
    for (const Eigen::Vector3f& v : fewer.vertices) small.extend(v);
    QVERIFY(((full.sizes() - small.sizes()).array().abs() < 0.12F * full.sizes().array()).all());
    for (const std::uint32_t index : fewer.indices) QVERIFY(index < fewer.vertices.size());
    QCOMPARE(decimate(sphere, before).triangles(), before);
}

QTEST_APPLESS_MAIN(TestRobotModel)
#include "tst_robotmodel.moc"
