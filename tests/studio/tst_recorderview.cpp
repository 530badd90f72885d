#include <QtTest>

#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QWidget>

#include "app/studio/operatetakebar.h"
#include "app/studio/recorderview.h"
#include "widgets/theme.h"

using namespace understudy;

/// What the recorder counts, as the operator reads it: one line for all streams, details by a click.
class TestRecorderView : public QObject {
    Q_OBJECT

    static RecorderStatus healthy()
    {
        RecorderStatus status;
        for (const char* name : {"head", "left_wrist", "/robot/joint_states"})
            status.streams.push_back({.name = name, .kind = "camera", .offered = 30, .announcedHz = 30, .rateHz = 30});
        status.minutesLeft = 600;
        return status;
    }

    void show(const RecorderStatus& status)
    {
        m_view = {};
        m_view.connected = true;
        showRecorder(m_view, status);
        m_bar->show(m_view);
    }
    [[nodiscard]] QString line() const { return m_bar->streams->text(); }
    [[nodiscard]] QString figures() const
    {
        QString all;
        for (const QLabel* label : m_bar->findChildren<QLabel*>()) all += label->text();
        return all;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setApplicationName("recorderview");
        applyTheme(*qApp, ThemeName::Dark);
        m_window = std::make_unique<QWidget>();
        m_keys = new KeyRouter(*m_window);
        m_bar = new OperateTakeBar(*m_keys, m_window.get());
        m_window->show();
    }
    void cleanupTestCase() { m_window.reset(); }

    void allGoodIsOneWord()
    {
        show(healthy());
        QVERIFY2(line().contains("all 3 good") && line().contains("✓"), qPrintable(line()));
        QVERIFY(figures().contains("disk for 10 h"));
    }

    void theStreamThatLosesIsNamedWithItsCounter_data()
    {
        QTest::addColumn<QString>("counter");
        QTest::addColumn<QString>("said");
        QTest::newRow("queue") << "queueFull"
                               << "queue full, 7 lost";
        QTest::newRow("encoder") << "encoderLate"
                                 << "encoder late, 7 images lost";
        QTest::newRow("unencodable") << "unencodable"
                                     << "7 images could not be encoded";
        QTest::newRow("another") << "other"
                                 << "7 lost";
    }
    void theStreamThatLosesIsNamedWithItsCounter()
    {
        QFETCH(QString, counter);
        QFETCH(QString, said);
        RecorderStatus status = healthy();
        status.streams[0].silent = true;  // less bad than one that loses
        StreamStatus& stream = status.streams[1];
        stream.dropped = 7;
        if (counter == "queueFull") stream.queueFull = 7;
        if (counter == "encoderLate") stream.encoderLate = 7;
        if (counter == "unencodable") stream.unencodable = 7;
        show(status);
        QVERIFY2(line().contains("left_wrist: " + said), qPrintable(line()));
        QVERIFY(m_bar->streams->styleSheet().contains(Theme::current().bad.name()));
        const QString details = describeStreams(m_view);
        QVERIFY2(details.contains(said) && details.contains("silent"), qPrintable(details));
    }

    void aDiskThatDoesNotAnswerIsSaid()
    {
        RecorderStatus status = healthy();
        status.diskSilence = 3 * kSecond;
        status.problem = "the disk has not answered";
        status.diskStalls = 2;
        status.longestStall = 3 * kSecond;
        show(status);
        QVERIFY2(line().contains("not answered for 3 s"), qPrintable(line()));
        const QString details = describeStreams(m_view);
        QVERIFY2(details.contains("stalled 2") && details.contains("3.0 s"), qPrintable(details));
    }

    void theDiskWarnsAtTenMinutesAndAtTwo()
    {
        RecorderStatus status = healthy();
        status.minutesLeft = 90;
        show(status);
        QVERIFY(figures().contains("disk for 90 min") && !figures().contains("▲"));
        QVERIFY(warningOf(DiskRoom::Enough, 90).isEmpty());
        status.minutesLeft = 9.4;
        status.room = DiskRoom::Low;
        show(status);
        QVERIFY(figures().contains("▲ disk for 9 min") && figures().contains(Theme::current().caution.name()));
        QVERIFY(warningOf(DiskRoom::Low, 9.4).contains("10"));
        status.minutesLeft = 1.5;
        status.room = DiskRoom::Last;
        show(status);
        QVERIFY(figures().contains(Theme::current().bad.name()));
        QVERIFY(warningOf(DiskRoom::Last, 1.5).contains("end this take"));
    }

private:
    std::unique_ptr<QWidget> m_window;
    KeyRouter* m_keys = nullptr;
    OperateTakeBar* m_bar = nullptr;
    OperateView m_view;
};

QTEST_MAIN(TestRecorderView)
#include "tst_recorderview.moc"
