#include <QMainWindow>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

#include "app/studio/annotatepage.h"
#include "app/studio/operatepage.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"
#include "widgets/theme.h"
#include "widgets/timeline.h"

using namespace understudy;

/// A machine without any OpenGL: the vendor's libraries cannot be found.
class TestNoGraphics : public QObject {
    Q_OBJECT

    static AnnotateEpisode episode()
    {
        AnnotateEpisode made{.id = "one", .title = "Reach", .duration = 10 * kSecond, .cameras = {"head"}};
        made.scene.shapes.push_back(
            {.isRobot = true, .vertices = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, .triangles = {{0, 1, 2}}});
        return made;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        applyTheme(*qApp, ThemeName::Dark);
    }

    void thePageSaysSoAndGoesOn()
    {
        QMainWindow window;
        auto* keys = new KeyRouter(window);
        auto* page = new AnnotatePage(*keys);
        window.setCentralWidget(page);
        keys->setPage("annotate");
        page->setTiers({{.id = "skill", .title = "Skill"}});
        page->setVocabulary({{.id = "reach", .title = "Reach"}});
        window.resize(1280, 800);
        window.show();
        page->open(episode());
        QTRY_VERIFY_WITH_TIMEOUT(!page->viewport().problem().isEmpty(), 20'000);
        AnnotateMoment moment{.time = 0, .images = {QImage(32, 24, QImage::Format_RGB32)}, .notes = {""}};
        moment.scene.bodies.resize(1);
        page->show(moment);
        page->player().seek(2 * kSecond);
        QTest::keyClick(page, Qt::Key_Return);
        QCOMPARE(page->labels().segments().size(), 1U);
        QVERIFY(!page->grab().isNull());
        QVERIFY(!page->viewport().problem().isEmpty());
    }

    void theOperatePageSaysSoAndGoesOn()
    {
        QMainWindow window;
        auto* keys = new KeyRouter(window);
        auto* page = new OperatePage(*keys);
        int takes = 0;
        page->setActs({.startTake = [&] { ++takes; }});
        window.setCentralWidget(page);
        keys->setPage("operate");
        window.resize(1280, 800);
        window.show();
        page->setModel(episode().scene);
        QSignalSpy complete(page, &OperatePage::complete);
        OperateView view{.connected = true, .canStart = true};
        view.scene.bodies.resize(1);
        page->show(view);
        QTRY_VERIFY_WITH_TIMEOUT(!page->viewport().problem().isEmpty(), 20'000);
        page->show(view);
        QCOMPARE(complete.count(), 1);
        page->setFocus();
        QTest::keyClick(page, Qt::Key_R);
        QCOMPARE(takes, 1);
        QVERIFY(!page->grab().isNull());
    }

    void anotherScaleOfTheScreenIsDrawnAnew()
    {
        Timeline timeline;
        timeline.resize(600, 120);
        for (const double scale : {1.0, 1.5, 2.0}) {
            QImage image(QSize(600, 120) * scale, QImage::Format_RGB32);
            image.setDevicePixelRatio(scale);
            timeline.render(&image);
            QVERIFY(image.pixelColor(image.width() - 4, image.height() - 4) == Theme::current().background);
        }
    }
};

int main(int argc, char** argv)
{
    qputenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent/egl.json");
    qputenv("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent");
    QApplication app(argc, argv);
    TestNoGraphics test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_nographics.moc"
