#include <QTest>

#include "support/devicecontract.h"
#include "xr/network/networkdevice.h"
#include "xr/rig/rig.h"
#include "xr/scriptedsource.h"
#include "xr/standins/suitstandin.h"

using namespace understudy;
using enum BodyJoint;

namespace {

std::unique_ptr<ScriptedSource> scripted(const std::string& name, double x, std::vector<std::string> joints = {},
                                         ScriptedSource::Drive drive = ScriptedSource::Drive::Thread)
{
    const auto script = [x](OperatorSample& sample, std::uint64_t index) {
        for (const BodyJoint joint : {Head, Pelvis, LeftWrist, RightWrist})
            sample.at(joint) = {.pose = {.position = {x, 0, 1}}, .valid = true, .tracked = true};
        sample.joints.setConstant(x);
        sample.setHeld(Button::Mark, index % 20 == 19);
        return true;
    };
    return std::make_unique<ScriptedSource>(
        DeviceInfo{.name = name, .kind = "scripted", .rateHz = 100, .jointNames = std::move(joints)}, script, drive);
}

std::unique_ptr<Rig> rigOf(RigOptions options)
{
    auto rig = Rig::create(std::move(options));
    if (!rig) qFatal("%s", rig.error().message.c_str());
    return std::move(*rig);
}

/// The rig's own stream alone, as the contract looks at one.
class OwnStream final : public DeviceSource {
public:
    explicit OwnStream(std::unique_ptr<Rig> rig) : m_filter(rig->info().name), m_rig(std::move(rig)) {}
    const DeviceInfo& info() const override { return m_rig->info(); }
    Publisher<OperatorSample>& samples() override { return m_rig->samples(); }
    Result<void> start(RecordSink& sink) override
    {
        // A second start is refused, and then the filter is in use.
        if (m_filter.sink == nullptr || m_rig->health().state == SourceState::Stopped) m_filter.sink = &sink;
        return m_rig->start(m_filter);
    }
    void stop() override { m_rig->stop(); }
    void feedback(const OperatorFeedback& feedback) override { m_rig->feedback(feedback); }
    SourceHealth health() const override { return m_rig->health(); }

private:
    class Filter final : public RecordSink {
    public:
        explicit Filter(std::string name) : m_own("/operator/" + std::move(name)) {}
        Result<StreamId> open(const StreamInfo& info) override
        {
            return info.name == m_own ? sink->open(info) : Result<StreamId>(StreamId{99});
        }
        bool offer(StreamId stream, const Record& record) override
        {
            return stream == 99 || sink->offer(stream, record);
        }
        RecordSink* sink = nullptr;

    private:
        std::string m_own;
    };
    Filter m_filter;  ///< outlives the rig that offers to it
    std::unique_ptr<Rig> m_rig;
};

}  // namespace

class TestRig : public QObject {
    Q_OBJECT

private slots:
    void keepsTheContract()
    {
        test::checkDeviceContract([] {
            RigOptions options;
            options.devices.push_back({.device = scripted("suit", 1), .smoothing = {}});
            options.devices.push_back({.device = scripted("arm", 0.5, {"a", "b"})});
            return test::DeviceUnderTest{.device = std::make_unique<OwnStream>(rigOf(std::move(options)))};
        });
    }

    void refusesWhatCannotBe()
    {
        RigOptions twins;
        twins.devices.push_back({.device = scripted("suit", 1)});
        twins.devices.push_back({.device = scripted("suit", 2)});
        const auto two = Rig::create(std::move(twins));
        QVERIFY(!two && two.error().message.find("\"suit\"") != std::string::npos);
        RigOptions unknown;
        unknown.devices.push_back({.device = scripted("suit", 1)});
        unknown.sources[indexOf(RigPart::Head)] = {"headset"};
        const auto nobody = Rig::create(std::move(unknown));
        QVERIFY(!nobody && nobody.error().message.find("headset") != std::string::npos);
        QVERIFY(!Rig::create({}));
    }

    void namesOfJointsStayApart()
    {
        RigOptions options;
        options.devices.push_back({.device = scripted("left", 1, {"elbow", "gripper"})});
        options.devices.push_back({.device = scripted("right", 2, {"elbow"})});
        const auto rig = rigOf(std::move(options));
        QCOMPARE(rig->info().jointNames, (std::vector<std::string>{"left/elbow", "gripper", "right/elbow"}));
    }

    void aSpareTakesADeadDevicesPlaceInTwoCalls()
    {
        RigOptions options;
        auto first = scripted("suit", 1, {}, ScriptedSource::Drive::ByHand);
        auto second = scripted("suit 2", 1.5, {}, ScriptedSource::Drive::ByHand);
        ScriptedSource* dying = first.get();
        ScriptedSource* spare = second.get();
        options.devices.push_back({.device = std::move(first)});
        options.devices.push_back({.device = std::move(second), .spare = true});
        NullSink sink;
        const auto rig = rigOf(std::move(options));
        Latest<OperatorSample>& reader = rig->samples().addReader();
        QVERIFY(rig->start(sink));
        const SteadyClock clock;
        const auto wrist = [&] {
            const OperatorSample* sample = reader.read();
            return sample != nullptr && sample->at(LeftWrist).valid ? sample->at(LeftWrist).pose.position.x() : -1.0;
        };
        const auto give = [&](ScriptedSource* device) {
            (void)device->give(clock.now());
            QTest::qWait(5);
        };
        for (int i = 0; i < 20; ++i) {
            give(dying);
            give(spare);
        }
        QTRY_COMPARE(wrist(), 1.0);
        QVERIFY(rig->devices()[1].spare);
        for (int i = 0; i < 40 && wrist() >= 0; ++i) give(spare);
        QCOMPARE(wrist(), -1.0);
        QVERIFY(rig->health().problem.find("left_arm") != std::string::npos);
        QVERIFY(!rig->acceptSpare());
        const auto offered = rig->offerSpareFor("suit");
        QVERIFY2(offered, offered ? "" : offered.error().message.c_str());
        QCOMPARE(*offered, std::string("suit 2"));
        QVERIFY(rig->acceptSpare());
        double before = -1;
        for (int i = 0; i < 200 && wrist() < 1.499; ++i) {
            give(spare);
            const double now = wrist();
            if (before > 0) QVERIFY(now >= before - 1e-9);
            if (now > 0) before = now;
        }
        QVERIFY(wrist() > 1.499);
        QVERIFY(!rig->devices()[1].spare && rig->devices()[0].spare);
        QVERIFY(!rig->offerSpareFor("nobody"));
        rig->stop();
    }

    void aJitteringSuitIsBufferedAndSaysSo()
    {
        auto parser = makeParser(SuitKind::Xsens, {});
        auto device = std::make_unique<NetworkDevice>(
            NetworkOptions{.name = "suit", .kind = "xsens", .sender = "127.0.0.1", .rateHz = 60}, std::move(*parser));
        NetworkDevice* suit = device.get();
        RigOptions options;
        options.devices.push_back({.device = std::move(device), .smoothing = {}});
        test::DeviceSink sink(20'000);
        const auto rig = rigOf(std::move(options));
        QVERIFY(rig->start(sink));
        const auto sender = UdpSender::open("127.0.0.1", "127.0.0.1", suit->port());
        QVERIFY(sender);
        // Three samples of 60 Hz at once, twenty times a second.
        const SteadyClock clock;
        const Timestamp start = clock.now();
        for (std::uint32_t frame = 0; frame < 120; frame += 3) {
            while (clock.now() < start + fromSeconds(frame / 60.0)) QTest::qWait(1);
            for (std::uint32_t i = 0; i < 3; ++i)
                for (const auto& packet : suitPackets(SuitKind::Xsens, swayingPose((frame + i) / 60.0),
                                                      100 + (frame + i) / 60.0, frame + i, 60))
                    QVERIFY(sender->send(packet));
        }
        const auto state = rig->devices()[0];
        QVERIFY(state.addedDelay >= 20 * kMillisecond);
        QVERIFY(state.parts.size() >= 6);
        rig->stop();
    }

    void startsAllOrNone()
    {
        auto parser = makeParser(SuitKind::Xsens, {});
        RigOptions options;
        options.devices.push_back({.device = scripted("arm", 1)});
        options.devices.push_back(
            {.device = std::make_unique<NetworkDevice>(
                 NetworkOptions{.name = "suit", .kind = "xsens", .interface = "nosuch0"}, std::move(*parser))});
        NullSink sink;
        const auto rig = rigOf(std::move(options));
        const auto started = rig->start(sink);
        QVERIFY(!started);
        QVERIFY(started.error().message.find("nosuch0") != std::string::npos);
        QCOMPARE(rig->devices()[0].health.state, SourceState::Stopped);
    }
};

QTEST_GUILESS_MAIN(TestRig)
#include "tst_rig.moc"
