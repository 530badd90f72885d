#include <QTest>

#include <cmath>
#include <random>

#include "modelfixtures.h"
#include "robots/cameras/capability.h"
#include "robots/cameras/patterncamera.h"
#include "robots/cameras/simulatedcameras.h"
#include "support/shared.h"
#include "vectorsink.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

Image blank(int width, int height)
{
    Image image;
    image.width = width;
    image.height = height;
    image.data.resize(image.bytesPerRow() * static_cast<std::size_t>(height));
    return image;
}

int level(const Image& image, std::size_t i) { return std::to_integer<int>(image.data[i]); }

/// Standard deviation of all values, 0 to 255.
double contrast(const Image& image)
{
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < image.data.size(); ++i) {
        sum += level(image, i);
        squares += static_cast<double>(level(image, i)) * level(image, i);
    }
    const double n = static_cast<double>(image.data.size()), mean = sum / n;
    return std::sqrt(squares / n - mean * mean);
}

CameraSetting three() { return {.shading = Shading::Full, .width = 640, .height = 480, .rateHz = 30, .cameras = 3}; }

}  // namespace

class TestCamera : public QObject {
    Q_OBJECT

private slots:
    void ladderGoesDownInOrder();
    void ladderStopsAtTheFloor();
    void chooses_data();
    void chooses();
    void measuresEachLookOnce();
    void patternCarriesItsNumber();
    void patternCameraCounts();
    void drawsTheBuiltInRobot();
    void decimationKeepsTheSilhouette();
    void camerasKeepTheirGrid();
    void oneCameraGoesSilent();
    void aModelWithoutCamerasSaysSo();
};

void TestCamera::ladderGoesDownInOrder()
{
    const std::vector<CameraSetting> rungs = loweringLadder(three());
    QCOMPARE(rungs.front(), three());
    std::vector<std::tuple<int, double>> looks;
    for (const CameraSetting& rung : rungs) looks.emplace_back(rung.width, rung.rateHz);
    const std::vector<std::tuple<int, double>> expected{{640, 30}, {640, 30}, {640, 30}, {640, 15}, {320, 30},
                                                        {320, 15}, {320, 10}, {320, 10}, {320, 10}, {320, 10}};
    QVERIFY(looks == expected);
    QVERIFY(rungs[1].shading == Shading::Plain);
    QVERIFY(rungs[2].shading == Shading::Coarse && rungs[2].trianglesPerLink < rungs[1].trianglesPerLink);
    QCOMPARE(rungs.back().cameras, std::size_t{0});
}

void TestCamera::ladderStopsAtTheFloor()
{
    for (const CameraSetting& rung : loweringLadder({.width = 160, .height = 120, .rateHz = 5, .cameras = 1})) {
        QCOMPARE(rung.width, 160);
        QCOMPARE(rung.rateHz, 5.0);
    }
    for (const CameraSetting& rung : loweringLadder({.width = 1280, .height = 720, .rateHz = 60, .cameras = 1})) {
        QVERIFY(rung.width >= 320 && rung.height >= 180 && rung.height % 2 == 0 && rung.rateHz >= 10);
    }
}

void TestCamera::chooses_data()
{
    QTest::addColumn<double>("secondsAt640");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("rate");
    QTest::addColumn<int>("cameras");
    QTest::addColumn<int>("sentences");
    QTest::newRow("fast") << 0.001 << 640 << 30.0 << 3 << 0;
    QTest::newRow("plain is enough") << 0.008 << 640 << 30.0 << 3 << 1;
    QTest::newRow("half the rate") << 0.02 << 640 << 15.0 << 3 << 3;
    QTest::newRow("half the size") << 0.03 << 320 << 30.0 << 3 << 3;
    QTest::newRow("floor") << 0.09 << 320 << 10.0 << 3 << 3;
    QTest::newRow("one camera left") << 0.25 << 320 << 10.0 << 1 << 4;
    QTest::newRow("hopeless") << 9.0 << 320 << 10.0 << 0 << 4;
}

void TestCamera::chooses()
{
    QFETCH(double, secondsAt640);
    QFETCH(int, width);
    QFETCH(double, rate);
    QFETCH(int, cameras);
    QFETCH(int, sentences);
    const auto cost = [&](const CameraSetting& look) -> Result<double> {
        double seconds = secondsAt640 * (look.width >= 640 ? 1 : 0.3);
        if (look.shading != Shading::Full) seconds *= 0.6;
        if (look.shading == Shading::Coarse) seconds *= 0.9;
        return seconds;
    };
    const Result<Capability> chosen = chooseSetting(three(), 0.5, cost);
    QVERIFY(chosen);
    QCOMPARE(chosen->setting.width, width);
    QCOMPARE(chosen->setting.rateHz, rate);
    QCOMPARE(static_cast<int>(chosen->setting.cameras), cameras);
    QCOMPARE(static_cast<int>(chosen->lowered.size()), sentences);
    QCOMPARE(chosen->note().empty(), sentences == 0);
    if (cameras > 0) QVERIFY(chosen->load <= 0.5);
}

void TestCamera::measuresEachLookOnce()
{
    int calls = 0;
    const Result<Capability> chosen = chooseSetting(three(), 1e-9, [&](const CameraSetting&) -> Result<double> {
        ++calls;
        return 1.0;
    });
    QVERIFY(chosen);
    QCOMPARE(calls, 4);
    QVERIFY(!chooseSetting(three(), 0.5, [](const CameraSetting&) -> Result<double> { return fail("no"); }));
}

void TestCamera::patternCarriesItsNumber()
{
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 12);
    for (const auto& [width, height] : {std::pair{640, 480}, {320, 240}, {160, 120}, {1280, 720}}) {
        Image image = blank(width, height);
        for (const std::uint32_t number : {0U, 1U, 12345U, 0x80000000U, 0xFFFFFFFFU}) {
            drawPattern(image, number);
            QCOMPARE(readPattern(image).value_or(number + 1), number);
            Image noisy = image;
            for (std::size_t i = 0; i < noisy.data.size(); ++i) {
                noisy.data[i] = static_cast<std::byte>(std::clamp(level(image, i) + noise(random), 0.0, 255.0));
            }
            QCOMPARE(readPattern(noisy).value_or(number + 1), number);
        }
        QVERIFY2(!readPattern(blank(width, height)), "black is no pattern");
        Image torn = image;
        drawPattern(image, 5);
        std::copy_n(image.data.begin(), image.data.size() / 4, torn.data.begin());
        QVERIFY2(!readPattern(torn), "half of one and half of another is no pattern");
    }
}

void TestCamera::patternCameraCounts()
{
    const SteadyClock clock;
    PatternCamera camera({.name = "pattern", .width = 160, .height = 120, .rateHz = 60}, clock);
    test::VectorSink sink;
    QVERIFY(camera.start(sink));
    QTRY_VERIFY_WITH_TIMEOUT(sink.count("pattern") >= 20, 20000);
    camera.stop();
    const std::vector<Record> images = sink.records("pattern");
    for (std::size_t i = 0; i < images.size(); ++i) {
        const ImageRef image = std::get<ImageRef>(images[i]);
        QCOMPARE(image->sequence, static_cast<std::uint64_t>(i));
        QCOMPARE(readPattern(*image).value_or(~0U), static_cast<std::uint32_t>(i));
        if (i > 0) QVERIFY(std::abs(image->stamps.capture - stampsOf(images[i - 1]).capture - 16'666'667) < 2);
    }
}

#define NEEDS_GL(result)                                                                                               \
    if (!(result)) {                                                                                                   \
        QVERIFY2(result.error().message.find("OpenGL") != std::string::npos, result.error().message.c_str());          \
        QSKIP("there is no OpenGL without a display here");                                                            \
    }

void TestCamera::drawsTheBuiltInRobot()
{
    const Result<RobotModel> model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    QVERIFY(model);
    const Result<std::unique_ptr<SceneRenderer>> renderer =
        SceneRenderer::create(*model, {.maxWidth = 320, .maxHeight = 240});
    NEEDS_GL(renderer);
    QVERIFY((*renderer)->bind());
    Image image = blank(320, 240);
    for (const CameraProfile& camera : model->profile().cameras) {
        QVERIFY((*renderer)->draw(camera.name, image));
        QVERIFY2(contrast(image) > 15, camera.name.c_str());
    }
    // Top row first: the head camera sees floor and wall above, the table below, and the table is warmer.
    QVERIFY((*renderer)->draw("head", image));
    const auto warmth = [&](int y) {
        const std::size_t at = static_cast<std::size_t>(y) * image.bytesPerRow() + 3 * 105;
        return level(image, at) - level(image, at + 2);
    };
    QVERIFY(warmth(135) > warmth(5) + 20);
    QVERIFY(!(*renderer)->draw("no such camera", image));
    Image large = blank(640, 480);
    QVERIFY(!(*renderer)->draw("head", large));
}

void TestCamera::decimationKeepsTheSilhouette()
{
    const fs::path file = test::shared("robots/unitree_g1/scene_29dof.xml");
    if (!fs::exists(file)) QSKIP("the shared robot unitree_g1 is not there");
    std::vector<Image> images;
    for (const int triangles : {10'000'000, 2000}) {
        LoadOptions options;
        options.trianglesPerLink = triangles;
        const Result<RobotModel> model = RobotModel::load(file, std::nullopt, options);
        QVERIFY(model);
        const Result<std::unique_ptr<SceneRenderer>> renderer =
            SceneRenderer::create(*model, {.maxWidth = 320, .maxHeight = 240});
        NEEDS_GL(renderer);
        QVERIFY((*renderer)->bind());
        images.push_back(blank(320, 240));
        QVERIFY((*renderer)->draw(LookAt{.point = {0, 0, 0.8}, .distance = 1.6, .azimuthDeg = 150}, images.back()));
    }
    int different = 0;
    for (std::size_t i = 0; i < images[0].data.size(); i += 3) {
        int worst = 0;
        for (std::size_t c = 0; c < 3; ++c)
            worst = std::max(worst, std::abs(level(images[0], i + c) - level(images[1], i + c)));
        different += worst > 60 ? 1 : 0;
    }
    const double share = different / (320.0 * 240.0);
    QVERIFY2(share < 0.01, qPrintable(QString::number(share)));
    QVERIFY2(different > 0, "both were drawn from the same meshes");
}

void TestCamera::camerasKeepTheirGrid()
{
    const Result<RobotModel> model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    QVERIFY(model);
    SteadyClock clock;
    SceneState prototype;
    prototype.qpos = model->restQpos();
    Ring<SceneState> states(2000, prototype);
    Result<std::unique_ptr<SimulatedCameras>> rig = SimulatedCameras::create(*model, states, clock);
    NEEDS_GL(rig);
    const Result<Capability> tiny = (*rig)->measure(1e-6);
    QVERIFY(tiny);
    QCOMPARE((*rig)->cameras().size(), std::size_t{0});

    rig = SimulatedCameras::create(*model, states, clock);
    QVERIFY(rig);
    const Result<Capability> plenty = (*rig)->measure(1e6);
    QVERIFY(plenty);
    const std::vector<CameraSource*> cameras = (*rig)->cameras();
    QCOMPARE(cameras.size(), std::size_t{3});
    QCOMPARE(cameras[0]->info().width, 640);
    QCOMPARE(cameras[0]->info().rateHz, 30.0);
    QVERIFY(std::abs(cameras[0]->info().intrinsics(0, 2) - 319.5) < 1e-9);

    test::VectorSink sink;
    for (CameraSource* camera : cameras) QVERIFY(camera->start(sink));
    QTest::qWait(50);
    // 1.2 s of simulated time at once: the thread has to catch up, and the grid stays.
    for (int i = 0; i < 600; ++i) {
        prototype.stamps.capture = kSecond + i * 2 * kMillisecond;
        prototype.sequence = static_cast<std::uint64_t>(i);
        QVERIFY(states.push(prototype));
    }
    QTRY_VERIFY_WITH_TIMEOUT(sink.count("right_wrist") >= 36, 60000);
    for (CameraSource* camera : cameras) camera->stop();
    for (const char* name : {"head", "left_wrist", "right_wrist"}) {
        const std::vector<Record> images = sink.records(name);
        QCOMPARE(images.size(), std::size_t{36});
        for (std::size_t i = 0; i < images.size(); ++i) {
            const double grid = 1e9 + static_cast<double>(i) * 1e9 / 30;
            const double late = static_cast<double>(stampsOf(images[i]).capture) - grid;
            QVERIFY2(late > -1 && late < 2e6, qPrintable(QString::number(late)));
        }
    }
}

void TestCamera::oneCameraGoesSilent()
{
    const Result<RobotModel> model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    QVERIFY(model);
    SteadyClock clock;
    SceneState prototype;
    prototype.qpos = model->restQpos();
    Ring<SceneState> states(2000, prototype);
    CameraOptions options;
    options.shading = Shading::Plain;
    options.silentAfter["head"] = 300 * kMillisecond;
    const Result<std::unique_ptr<SimulatedCameras>> rig = SimulatedCameras::create(*model, states, clock, options);
    NEEDS_GL(rig);
    test::VectorSink sink;
    for (CameraSource* camera : (*rig)->cameras()) QVERIFY(camera->start(sink));
    QTest::qWait(50);
    for (int i = 0; i < 500; ++i) {
        prototype.stamps.capture = kSecond + i * 2 * kMillisecond;
        QVERIFY(states.push(prototype));
    }
    QTRY_VERIFY_WITH_TIMEOUT(sink.count("left_wrist") >= 30, 60000);
    QVERIFY(sink.count("head") <= 9);
    QTRY_VERIFY_WITH_TIMEOUT((*rig)->cameras()[0]->health().state == SourceState::Silent, 20000);
    QVERIFY((*rig)->cameras()[0]->health().problem.find("head") != std::string::npos);
    for (CameraSource* camera : (*rig)->cameras()) camera->stop();
}

void TestCamera::aModelWithoutCamerasSaysSo()
{
    const fs::path folder = fs::temp_directory_path() / "understudy_no_camera_test";
    fs::create_directories(folder);
    test::writeText(folder / "a.xml",
                    "<mujoco><worldbody><body><joint name='j'/><geom size='0.1'/></body></worldbody></mujoco>");
    test::writeText(folder / "a.toml", "name = 'a'");
    const Result<RobotModel> model = RobotModel::load(folder / "a.xml", folder / "a.toml");
    QVERIFY(model);
    SteadyClock clock;
    Ring<SceneState> states(4, {});
    const auto rig = SimulatedCameras::create(*model, states, clock);
    QVERIFY(!rig);
    QVERIFY(rig.error().message.find("[[cameras]]") != std::string::npos);
    fs::remove_all(folder);
}

QTEST_GUILESS_MAIN(TestCamera)
#include "tst_camera.moc"
