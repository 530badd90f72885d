#include <set>

#include <QCoreApplication>
#include <QScreen>
#include <QSignalSpy>
#include <QTest>

#include "widgets/robotviewport.h"
#include "widgets/theme.h"

/// What a desktop does that gives a screen another scale while programs run; Qt's own, not in its public headers.
class Q_DECL_IMPORT QHighDpiScaling {
public:
    static void setScreenFactor(QScreen* screen, double factor);
};

using namespace understudy;

namespace {

SceneShape box(int body, const Eigen::Vector3f& half, std::array<float, 4> colour)
{
    SceneShape shape{.body = body, .isRobot = true, .colour = colour};
    for (int i = 0; i < 8; ++i)
        shape.vertices.emplace_back(i & 1 ? half.x() : -half.x(), i & 2 ? half.y() : -half.y(),
                                    i & 4 ? half.z() : -half.z());
    shape.triangles = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6}, {0, 1, 4}, {1, 5, 4},
                       {2, 6, 3}, {3, 6, 7}, {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
    return shape;
}

int pixelsLike(const QImage& image, bool (*matches)(QColor))
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) count += matches(image.pixelColor(x, y));
    return count;
}

bool isRed(QColor colour) { return colour.red() > 100 && colour.green() < 60 && colour.blue() < 60; }
bool isViolet(QColor colour) { return colour.blue() > colour.green() + 18 && colour.red() > colour.green() + 4; }

}  // namespace

class TestRobotViewport : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_viewport = std::make_unique<RobotViewport>();
        m_viewport->resize(400, 300);
        SceneModel model;
        model.shapes.push_back(box(0, {0.2F, 0.2F, 0.3F}, {0.8F, 0.05F, 0.05F, 1}));
        m_viewport->setModel(std::move(model));
        m_viewport->QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(m_viewport.get()));
    }

    QImage picture(SceneFrame frame)
    {
        QSignalSpy painted(m_viewport.get(), &RobotViewport::painted);
        m_viewport->show(std::move(frame));
        if (!painted.wait(20000)) return {};
        return m_viewport->grab().toImage();
    }

    void drawsTheRobotSolidAndTheTargetAsGhost()
    {
        const Pose here{.position = {0, 0, 0.9}};
        const Pose there{.position = {0, 0.7, 0.9}};
        const QImage plain = picture({.bodies = {here}});
        QVERIFY(!plain.isNull());
        QVERIFY(pixelsLike(plain, isRed) > 1500);
        QCOMPARE(pixelsLike(plain, isViolet), 0);
        const QImage ghosted = picture({.bodies = {here}, .ghost = {there}});
        QVERIFY(pixelsLike(ghosted, isRed) > 1000);
        QVERIFY2(pixelsLike(ghosted, isViolet) > 500, qPrintable(QString::number(pixelsLike(ghosted, isViolet))));
    }

    void mouseAndKeysMoveTheEye()
    {
        QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, 0.9}}}}).isNull());
        const ViewCamera before = m_viewport->camera();
        QTest::mousePress(m_viewport.get(), Qt::LeftButton, {}, {100, 100});
        QTest::mouseMove(m_viewport.get(), {160, 120});
        QTest::mouseRelease(m_viewport.get(), Qt::LeftButton, {}, {160, 120});
        QVERIFY(m_viewport->camera().azimuth != before.azimuth);
        QVERIFY(m_viewport->camera().elevation != before.elevation);
        QWheelEvent wheel({100, 100}, m_viewport->mapToGlobal(QPointF(100, 100)), {}, {0, 120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_viewport.get(), &wheel);
        QVERIFY(m_viewport->camera().distance < before.distance);
        m_viewport->goHome();
        QCOMPARE(m_viewport->camera(), m_viewport->home());
        m_viewport->setFollow(true);
        QVERIFY(m_viewport->follows());
        m_viewport->show(SceneFrame{.bodies = {Pose{.position = {1, 2, 0.9}}}});
        QCOMPARE(m_viewport->camera().focus.y(), 2.0);
    }

    void theHomeShowsTheWholeRobot()
    {
        for (const float high : {0.3F, 0.65F, 0.9F}) {
            SceneModel model;
            model.shapes.push_back(box(0, {0.2F, 0.2F, high}, {0.8F, 0.05F, 0.05F, 1}));
            m_viewport->setModel(std::move(model));
            QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, high}}}}).isNull());
            for (const double z : {0.0, 2.0 * high}) {
                const auto place = m_viewport->home().project({0, 0, z}, m_viewport->size());
                QVERIFY(place && QRectF(m_viewport->rect()).contains(*place));
            }
            const auto foot = m_viewport->home().project({0, 0, 0}, m_viewport->size());
            const auto head = m_viewport->home().project({0, 0, 2.0 * high}, m_viewport->size());
            QVERIFY(foot->y() - head->y() > 0.5 * m_viewport->height());
        }
    }

    void whatStandsStillGetsSmoothEdges()
    {
        const auto edges = [](const QImage& image) {
            std::set<QRgb> colours;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x) colours.insert(image.pixel(x, y));
            return colours.size();
        };
        const QImage moving = picture({.bodies = {Pose{.position = {0, 0, 0.9}}}});
        const std::size_t before = edges(moving);
        QTRY_VERIFY_WITH_TIMEOUT(edges(m_viewport->grab().toImage()) > before + 20, 20000);
    }

    void anotherScaleOfTheScreenIsDrawnSharp()
    {
        QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, 0.9}}}}).isNull());
        QCOMPARE(m_viewport->shownPixels(), m_viewport->size() * 1.0);
        for (const double scale : {1.5, 2.0, 1.25, 1.0}) {
            QHighDpiScaling::setScreenFactor(m_viewport->screen(), scale);
            m_viewport->update();
            QCOMPARE(m_viewport->devicePixelRatioF(), scale);
            QTRY_COMPARE_WITH_TIMEOUT(m_viewport->shownPixels(), m_viewport->size() * scale, 20000);
            QVERIFY(pixelsLike(m_viewport->grab().toImage(), isRed) > 1500 * scale * scale);
        }
    }

    void anotherWindowGoesOnWithThePicture()
    {
        QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, 0.9}}}}).isNull());
        QWidget other;
        other.resize(500, 400);
        other.show();
        m_viewport->setParent(&other);
        m_viewport->setGeometry(0, 0, 500, 400);
        m_viewport->QWidget::show();
        QTRY_COMPARE_WITH_TIMEOUT(m_viewport->shownPixels(), QSize(500, 400), 20000);
        QVERIFY(pixelsLike(m_viewport->grab().toImage(), isRed) > 1500);
        QVERIFY(m_viewport->problem().isEmpty());
        m_viewport->setParent(nullptr);
    }

    void manyFramesInARowEndWithTheNewest()
    {
        QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, 0.9}}}}).isNull());
        QSignalSpy painted(m_viewport.get(), &RobotViewport::painted);
        for (int i = 0; i < 200; ++i) m_viewport->show(SceneFrame{.bodies = {Pose{.position = {0, 100, 0}}}});
        m_viewport->show(SceneFrame{.bodies = {Pose{.position = {0, 0, 0.9}}}});
        QTRY_VERIFY_WITH_TIMEOUT(pixelsLike(m_viewport->grab().toImage(), isRed) > 1500, 20000);
        QVERIFY(painted.count() < 100);
    }

    void resizingRedraws()
    {
        QVERIFY(!picture({.bodies = {Pose{.position = {0, 0, 0.9}}}}).isNull());
        QSignalSpy painted(m_viewport.get(), &RobotViewport::painted);
        m_viewport->resize(640, 480);
        QTRY_VERIFY_WITH_TIMEOUT(painted.count() > 0, 20000);
        QCOMPARE(m_viewport->grab().toImage().size(), QSize(640, 480) * m_viewport->devicePixelRatioF());
    }

private:
    std::unique_ptr<RobotViewport> m_viewport;
};

QTEST_MAIN(TestRobotViewport)
#include "tst_robotviewport.moc"
