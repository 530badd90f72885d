#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <set>
#include <thread>

#include "app/devicefactory.h"
#include "app/teleopsession.h"
#include "core/file.h"
#include "storage/read/episodereader.h"
#include "xr/dynamixel/simulatedservos.h"
#include "xr/network/udpsender.h"
#include "xr/rig/rig.h"
#include "xr/standins/suitstandin.h"
#include "xr/suits/jointstream.h"

using namespace understudy;

namespace {

/// A pedal board of 100 Hz that sends a line of text.
class Pedal {
public:
    explicit Pedal(std::uint16_t port)
    {
        auto sender = UdpSender::open("127.0.0.1", "127.0.0.1", port);
        if (!sender) qFatal("%s", sender.error().message.c_str());
        m_thread = std::jthread([sender = std::move(*sender)](const std::stop_token& stopping) {
            for (int i = 0; !stopping.stop_requested(); ++i) {
                const std::array<Button, 1> held{Button::HoldToDrive};
                // Let go for a moment twice a second.
                const std::string line =
                    writeJointStream("pedal", 5 + 0.01 * i, {}, std::span(held).first(i % 50 < 40 ? 1 : 0));
                (void)sender.send(std::as_bytes(std::span(line)));
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        });
    }

private:
    std::jthread m_thread;
};

struct Seen {
    std::size_t count = 0;
    Stamps last{};
    std::uint64_t sequence = 0;
    bool ordered = true;
    bool threeStamps = true;
    bool held = false;
    Eigen::Index joints = 0;
    bool wrist = false;
};

}  // namespace

/// A session from a rig: every device's own samples stand in the MCAP with their three stamps, and so do the fused
/// ones.
class TestRigRecording : public QObject {
    Q_OBJECT

private slots:
    void everyDeviceIsRecorded()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const auto servos = SimulatedServos::start({.link = root / "leader", .ids = {1, 2}});
        QVERIFY(servos);
        const auto station = parseStation(stationText((root / "leader").string()), "rig.toml");
        QVERIFY2(station, station ? "" : station.error().message.c_str());

        auto session = TeleopSession::open({.station = *station, .library = root / "library"});
        QVERIFY2(session, session ? "" : session.error().message.c_str());
        const auto started = (*session)->start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        const auto suit = SuitStandIn::start({.kind = SuitKind::Xsens, .port = 29763});
        QVERIFY(suit);
        Pedal pedal(24551);
        QTRY_COMPARE_WITH_TIMEOUT((*session)->deviceHealth().problem, std::string(), 10'000);
        const auto take = (*session)->startTake();
        QVERIFY2(take, take ? "" : take.error().message.c_str());
        QTest::qWait(1500);
        const auto ended = (*session)->endTake(Outcome::Success);
        QVERIFY2(ended, ended ? "" : ended.error().message.c_str());
        QCOMPARE(ended->problem, std::string());
        (*session)->stop();

        const EpisodeFile& file = ended->episode;
        std::set<std::string> worn;
        for (const auto& device : file.rig) worn.insert(device.name);
        QCOMPARE(worn, (std::set<std::string>{"rig", "suit", "leader", "pedal"}));

        PosixFileSystem files;
        const auto reader = EpisodeReader::open(files, root / "library" / file.row.path);
        QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
        std::map<std::string, Seen> seen;
        EpisodeValues values = (*reader)->values();
        while (true) {
            const auto next = values.next();
            QVERIFY2(next, next ? "" : next.error().message.c_str());
            if (*next == nullptr) break;
            const auto* sample = std::get_if<OperatorSample>((*next)->value);
            if (sample == nullptr) continue;
            Seen& stream = seen[(*next)->stream->name];
            if (stream.count++ > 0)
                stream.ordered = stream.ordered && sample->sequence == stream.sequence + 1 &&
                                 sample->stamps.device > stream.last.device &&
                                 sample->stamps.capture > stream.last.capture &&
                                 sample->stamps.arrival >= stream.last.arrival;
            stream.threeStamps = stream.threeStamps && sample->stamps.device > 0 && sample->stamps.capture > 0 &&
                                 sample->stamps.arrival >= sample->stamps.capture;
            stream.last = sample->stamps;
            stream.sequence = sample->sequence;
            stream.held = stream.held || sample->isHeld(Button::HoldToDrive);
            stream.joints = sample->joints.size();
            stream.wrist = stream.wrist || sample->at(BodyJoint::LeftWrist).tracked;
        }
        for (const char* name : {"/operator/suit", "/operator/leader", "/operator/pedal", "/operator/rig"}) {
            QVERIFY2(seen.contains(name), name);
            const Seen& stream = seen[name];
            QVERIFY2(stream.count >= 40, name);
            QVERIFY2(stream.ordered, name);
            QVERIFY2(stream.threeStamps, name);
        }
        // Each on its own clock: the suit's began at a hundred seconds, the pedal's at five.
        QVERIFY(seen["/operator/suit"].last.device > 100 * kSecond &&
                seen["/operator/suit"].last.device < 200 * kSecond);
        QVERIFY(seen["/operator/pedal"].last.device > 5 * kSecond &&
                seen["/operator/pedal"].last.device < 100 * kSecond);
        QVERIFY(seen["/operator/suit"].wrist && !seen["/operator/suit"].held);
        QVERIFY(seen["/operator/pedal"].held && !seen["/operator/pedal"].wrist);
        QCOMPARE(seen["/operator/leader"].joints, Eigen::Index(2));
        const Seen& fused = seen["/operator/rig"];
        QVERIFY(fused.wrist && fused.held);
        QCOMPARE(fused.joints, Eigen::Index(3));
    }

    void oneWiredDeviceStaysItself()
    {
        Station station;
        station.rig = {{.name = "leader", .kind = "dynamixel", .serialPort = "/dev/null", .servos = {{.name = "a"}}}};
        const auto wired = makeOperator(station);
        QVERIFY(wired);
        QCOMPARE((*wired)->info().kind, std::string("dynamixel"));
        station.rig = {{.name = "suit", .kind = "xsens"}};
        const auto suit = makeOperator(station);
        QVERIFY(suit);
        QCOMPARE((*suit)->info().kind, std::string("rig"));
        QVERIFY(!makeDevice({.name = "x", .kind = "toaster"}));
        QVERIFY(!makeDevice({.name = "x", .kind = "dynamixel"}));
        QVERIFY(!makeDevice({.name = "x", .kind = "xsens", .id = "Anna"}));
    }

private:
    static std::string stationText(const std::string& port)
    {
        const std::vector<std::string> lines{"name = 'rig'",
                                             "camera = []",
                                             "[teleop]",
                                             "real_time = false",
                                             "[[device]]",
                                             "name = 'suit'",
                                             "kind = 'xsens'",
                                             "port = 29763",
                                             "sender = '127.0.0.1'",
                                             "[[device]]",
                                             "name = 'leader'",
                                             "kind = 'dynamixel'",
                                             "serial_port = '" + port + "'",
                                             "[[device.joint]]",
                                             "name = 'elbow'",
                                             "id = 1",
                                             "zero = 3.1416",
                                             "[[device.joint]]",
                                             "name = 'wrist'",
                                             "id = 2",
                                             "zero = 3.1416",
                                             "[[device]]",
                                             "name = 'pedal'",
                                             "kind = 'joints'",
                                             "port = 24551",
                                             "sender = '127.0.0.1'",
                                             "joints = ['pedal']",
                                             "[rig]",
                                             "buttons = ['pedal']"};
        std::string text;
        for (const std::string& line : lines) text += line + "\n";
        return text;
    }
};

QTEST_GUILESS_MAIN(TestRigRecording)
#include "tst_rigrecording.moc"
