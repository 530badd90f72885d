#include <QMainWindow>
#include <QtTest>

#include "app/studio/operatepage.h"
#include "widgets/theme.h"

using namespace understudy;

namespace {

constexpr int kPatience = 30'000;  ///< ms

SceneShape box(int body, bool isRobot, const Eigen::Vector3f& half, std::array<float, 4> colour)
{
    SceneShape shape{.body = body, .isRobot = isRobot, .isFree = !isRobot, .colour = colour};
    for (int i = 0; i < 8; ++i)
        shape.vertices.emplace_back(i & 1 ? half.x() : -half.x(), i & 2 ? half.y() : -half.y(),
                                    i & 4 ? half.z() : -half.z());
    shape.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4},
                       {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
    return shape;
}

/// Pixels of one picture that differ from the other's and are of a hue.
int changedTo(const QImage& image, const QImage& other, const QColor& wanted)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor colour = image.pixelColor(x, y);
            const QColor before = other.pixelColor(x, y);
            const int change = std::abs(colour.red() - before.red()) + std::abs(colour.green() - before.green()) +
                               std::abs(colour.blue() - before.blue());
            const int away = std::abs(colour.hsvHue() - wanted.hsvHue());
            count += change > 40 && colour.hsvSaturation() > 60 && std::min(away, 360 - away) < 25;
        }
    return count;
}

}  // namespace

/// The 3D view of the operate page under a person's hands, judged by its pictures.
class TestViewportLayers : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("understudy-test");
        QCoreApplication::setApplicationName("viewportlayers");
        QSettings().clear();
    }

    void init()
    {
        m_window = std::make_unique<QMainWindow>();
        auto* keys = new KeyRouter(*m_window);
        m_page = new OperatePage(*keys);
        m_page->setActs({.home = [](bool) {}});
        m_window->setCentralWidget(m_page);
        keys->setPage("operate");
        m_window->resize(1280, 800);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_page->setFocus();
        m_shown = OperateView{.connected = true, .phase = TeleopPhase::Ready};
        SceneModel model;
        model.shapes = {box(0, true, {0.1F, 0.1F, 0.5F}, {0.6F, 0.6F, 0.6F, 1}),
                        box(1, false, {0.1F, 0.1F, 0.1F}, {0.1F, 0.7F, 0.2F, 1})};
        m_page->setModel(std::move(model));
        m_shown.scene.bodies = {Pose{.position = {0, 0, 0.5}}, Pose{.position = {0.4, -0.3, 0.1}}};
        m_page->show(m_shown);
        QTRY_COMPARE_WITH_TIMEOUT(viewport().shownBodies(), std::size_t(2), kPatience);
    }

    void cleanup() { m_window.reset(); }

    void everyLayerHasItsKeyAndItsColour_data()
    {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<QColor>("colour");
        QTest::addColumn<int>("least");
        const Theme& theme = Theme::current();
        QTest::newRow("target") << "ghost" << Qt::Key_1 << theme.ghost << 3000;
        QTest::newRow("frames, x") << "frames" << Qt::Key_2 << QColor(240, 98, 110) << 60;
        QTest::newRow("frames, y") << "frames" << Qt::Key_2 << QColor(63, 191, 130) << 60;
        QTest::newRow("frames, z") << "frames" << Qt::Key_2 << QColor(70, 130, 240) << 60;
        QTest::newRow("contacts") << "contacts" << Qt::Key_3 << theme.caution << 300;
        QTest::newRow("trail of the robot") << "trails" << Qt::Key_4 << theme.accent << 60;
        QTest::newRow("trail of the target") << "ghost trails" << Qt::Key_4 << theme.ghost << 60;
        QTest::newRow("cameras") << "frusta" << Qt::Key_5 << theme.accent << 100;
        QTest::newRow("objects") << "objects" << Qt::Key_6 << QColor(26, 178, 51) << 2000;
    }

    void everyLayerHasItsKeyAndItsColour()
    {
        QFETCH(QString, layer);
        QFETCH(Qt::Key, key);
        QFETCH(QColor, colour);
        QFETCH(int, least);
        SceneFrame& scene = m_shown.scene;
        const auto trail = [](bool isGhost) {
            SceneTrail made{.points = {}, .isGhost = isGhost};
            for (int i = 0; i <= 20; ++i) made.points.emplace_back(0.3, -0.5 + 0.05 * i, 0.9);
            return made;
        };
        if (layer == "ghost") scene.ghost = {Pose{.position = {0, 0.4, 0.5}}, Pose{}};
        if (layer == "frames") scene.frames = {Pose{.position = {0.5, 0.2, 0.7}}};
        if (layer == "contacts") scene.contacts = {{.position = {0.3, 0, 0.4}, .normal = {0, 0, 1}, .force = 60}};
        if (layer == "trails") scene.trails = {trail(false)};
        if (layer == "ghost trails") scene.trails = {trail(true)};
        if (layer == "frusta")
            scene.frusta = {
                {.camera = {.position = {0.4, 0.2, 0.8}, .orientation = Eigen::Quaterniond(0.5, -0.5, 0.5, -0.5)},
                 .verticalFov = 1.0}};
        const QImage with = picture();
        const QImage same = picture();
        QCOMPARE(changedTo(with, same, colour), 0);
        QTest::keyClick(m_window->windowHandle(), key, Qt::AltModifier);
        const QImage without = picture();
        const int pixels = changedTo(with, without, colour);
        QVERIFY2(pixels > least, qPrintable(QString::number(pixels)));
        QTest::keyClick(m_window->windowHandle(), key, Qt::AltModifier);
        QCOMPARE(changedTo(with, picture(), colour), 0);
    }

    void theTargetIsSeenThrough()
    {
        // The object stands behind the target: both are seen.
        m_shown.scene.bodies[1].position = {-0.3, 0.2, 0.5};
        const QImage plain = picture();
        m_shown.scene.ghost = {Pose{.position = {0.1, 0.55, 0.5}}, Pose{}};
        const QImage covered = picture();
        int greens = 0;
        int violets = 0;
        for (int y = 0; y < plain.height(); ++y)
            for (int x = 0; x < plain.width(); ++x) {
                const QColor before = plain.pixelColor(x, y);
                const QColor after = covered.pixelColor(x, y);
                const bool wasGreen = before.green() > before.red() + 40 && before.green() > before.blue() + 40;
                if (!wasGreen || after == before) continue;
                ++greens;
                violets += after.blue() > before.blue() && after.green() > 30;
            }
        QVERIFY2(greens > 300, qPrintable(QString::number(greens)));
        QVERIFY(violets > greens * 9 / 10);
    }

    void mouseAndKeysMoveTheEye()
    {
        const ViewCamera home = viewport().camera();
        QCOMPARE(home, viewport().home());
        drag(Qt::LeftButton, Qt::NoModifier, {80, 30});
        const ViewCamera orbited = viewport().camera();
        QVERIFY(orbited.azimuth != home.azimuth && orbited.elevation > home.elevation);
        QCOMPARE(orbited.distance, home.distance);
        drag(Qt::RightButton, Qt::NoModifier, {60, 0});
        const Eigen::Vector3d aside = viewport().camera().focus - orbited.focus;
        QVERIFY(aside.dot(orbited.right()) < -0.05);
        drag(Qt::LeftButton, Qt::ShiftModifier, {0, 60});
        QVERIFY((viewport().camera().focus - orbited.focus).dot(orbited.up()) > 0.05);
        QWheelEvent wheel(QPointF(300, 300), viewport().mapToGlobal(QPointF(300, 300)), {}, {0, 240}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&viewport(), &wheel);
        QVERIFY(viewport().camera().distance < 0.8 * home.distance);
        QTest::keyClick(m_window->windowHandle(), Qt::Key_V);
        QCOMPARE(viewport().camera(), home);

        QTest::keyClick(m_window->windowHandle(), Qt::Key_B);
        QVERIFY(viewport().follows());
        m_page->show(m_shown);
        QVERIFY((viewport().camera().focus - home.focus).norm() < 1e-9);  // the view does not jump
        m_shown.scene.bodies[0].position += Eigen::Vector3d(1, 2, 0);
        m_page->show(m_shown);
        QVERIFY((viewport().camera().focus - home.focus - Eigen::Vector3d(1, 2, 0)).norm() < 1e-9);
        drag(Qt::RightButton, Qt::NoModifier, {30, 0});
        QVERIFY(!viewport().follows());
        QTest::mouseDClick(m_window->windowHandle(), Qt::LeftButton, {}, place());
        QCOMPARE(viewport().camera(), home);
    }

private:
    RobotViewport& viewport() { return m_page->viewport(); }

    /// In the window, away from the cards.
    QPoint place() { return viewport().mapTo(m_window.get(), viewport().rect().center() + QPoint(40, 80)); }

    void drag(Qt::MouseButton button, Qt::KeyboardModifiers modifiers, QPoint by)
    {
        QWindow* window = m_window->windowHandle();
        QTest::mousePress(window, button, modifiers, place());
        QTest::mouseMove(window, place() + by / 2);
        QTest::mouseMove(window, place() + by);
        QTest::mouseRelease(window, button, modifiers, place() + by);
    }

    /// Once nothing more is drawn.
    QImage picture()
    {
        QSignalSpy painted(&viewport(), &RobotViewport::painted);
        m_page->show(m_shown);
        if (!painted.wait(kPatience)) return {};
        if (!painted.wait(kPatience)) return {};  // the still one
        return viewport().grab().toImage();
    }

    std::unique_ptr<QMainWindow> m_window;
    OperatePage* m_page = nullptr;
    OperateView m_shown;
};

QTEST_MAIN(TestViewportLayers)
#include "tst_viewportlayers.moc"
