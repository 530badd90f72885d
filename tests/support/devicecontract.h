#pragma once

#include <QDeadlineTimer>
#include <QTest>

#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "core/devicesource.h"
#include "support/allocationcount.h"

namespace understudy::test {

/// Keeps the first records of a device, and what the heap saw between two of them on the device's thread.
class DeviceSink final : public RecordSink {
public:
    explicit DeviceSink(std::size_t capacity, const OperatorSample& prototype = {}) : m_kept(capacity, prototype) {}

    [[nodiscard]] Result<StreamId> open(const StreamInfo& info) override
    {
        if (!m_names.insert(info.name).second) return fail("the stream " + info.name + " is taken");
        streamInfo = info;
        for (OperatorSample& sample : m_kept) sample = std::get<OperatorSample>(info.prototype);
        return StreamId{7};
    }

    bool offer(StreamId stream, const Record& record) override
    {
        const std::size_t at = m_count.load();
        const OperatorSample* sample = std::get_if<OperatorSample>(&record);
        if (stream != 7 || sample == nullptr || at == m_kept.size()) return false;
        m_kept[at] = *sample;
        if (at > 0 && allocationCount() != m_allocations) ++m_allocatingPublishes;
        m_allocations = allocationCount();
        m_count.store(at + 1);
        return true;
    }

    [[nodiscard]] std::size_t count() const { return m_count.load(); }
    [[nodiscard]] const OperatorSample& at(std::size_t index) const { return m_kept[index]; }
    [[nodiscard]] std::size_t allocatingPublishes() const { return m_allocatingPublishes; }

    StreamInfo streamInfo;

private:
    std::set<std::string> m_names;
    std::vector<OperatorSample> m_kept;
    std::atomic<std::size_t> m_count{0};
    std::size_t m_allocations = 0;
    std::size_t m_allocatingPublishes = 0;
};

/// One device and, where it has no thread of its own, what makes it give its next sample.
struct DeviceUnderTest {
    std::unique_ptr<DeviceSource> device;
    std::function<void()> pump;
};

/// What every DeviceSource promises. `make` gives a fresh device that has at least 200 samples to give.
inline void checkDeviceContract(const std::function<DeviceUnderTest()>& make)
{
    constexpr std::size_t kWanted = 40;
    const auto flow = [&](const DeviceUnderTest& tested, const std::function<bool()>& enough) {
        QDeadlineTimer deadline(20'000);
        while (!enough() && !deadline.hasExpired()) {
            if (tested.pump) tested.pump();
            QTest::qSleep(1);
        }
        return enough();
    };

    DeviceUnderTest tested = make();
    DeviceSource& device = *tested.device;
    Latest<OperatorSample>& first = device.samples().addReader();
    Latest<OperatorSample>& second = device.samples().addReader();
    QVERIFY(!device.info().name.empty());
    QVERIFY(!device.info().kind.empty());
    QVERIFY(device.info().rateHz > 0);
    QCOMPARE(device.health().state, SourceState::Stopped);
    device.stop();

    DeviceSink taken(kWanted);
    QVERIFY(taken.open({.name = "/operator/" + device.info().name, .prototype = OperatorSample{}}));
    const auto refused = device.start(taken);
    QVERIFY(!refused);
    QVERIFY(!refused.error().message.empty());

    DeviceSink sink(10'000);
    const auto started = device.start(sink);
    QVERIFY2(started, started ? "" : started.error().message.c_str());
    QVERIFY(!device.start(sink));
    device.feedback({.phase = TeleopPhase::Active, .message = "hello"});
    QVERIFY(flow(tested, [&] { return sink.count() >= kWanted; }));
    QVERIFY(device.health().samples >= kWanted);
    QVERIFY(device.health().lastArrival > 0);
    QVERIFY(device.health().state == SourceState::Running || device.health().state == SourceState::Silent);
    device.stop();
    device.stop();
    QCOMPARE(device.health().state, SourceState::Stopped);
    const std::size_t count = sink.count();
    if (tested.pump) tested.pump();
    QTest::qSleep(30);
    QCOMPARE(sink.count(), count);

    QCOMPARE(sink.streamInfo.name, "/operator/" + device.info().name);
    QCOMPARE(sink.streamInfo.kind, std::string("operator"));
    QCOMPARE(sink.streamInfo.rateHz, device.info().rateHz);
    QCOMPARE(sink.streamInfo.names, device.info().jointNames);
    QCOMPARE(sink.allocatingPublishes(), std::size_t(0));
    QCOMPARE(device.health().dropped, std::uint64_t(0));
    QCOMPARE(device.health().samples, std::uint64_t(count));
    for (std::size_t i = 0; i < count; ++i) {
        const OperatorSample& sample = sink.at(i);
        QCOMPARE(sample.joints.size(), static_cast<Eigen::Index>(device.info().jointNames.size()));
        QVERIFY(sample.joints.allFinite());
        QVERIFY(sample.stamps.capture <= sample.stamps.arrival);
        for (const TrackedPose& joint : sample.body) {
            QVERIFY(joint.valid || !joint.tracked);
            if (joint.valid) QVERIFY(joint.pose.isFinite() && std::abs(joint.pose.orientation.norm() - 1) < 1e-6);
        }
        if (i == 0) continue;
        const OperatorSample& before = sink.at(i - 1);
        QCOMPARE(sample.sequence, before.sequence + 1);
        QVERIFY(sample.stamps.device > before.stamps.device);
        QVERIFY(sample.stamps.capture > before.stamps.capture);
        QVERIFY(sample.stamps.arrival >= before.stamps.arrival);
    }
    const double spanned = toSeconds(sink.at(count - 1).stamps.device - sink.at(0).stamps.device);
    QVERIFY2(static_cast<double>(count - 1) <= 1.5 * spanned * device.info().rateHz + 1, "faster than announced");

    const std::uint64_t last = sink.at(count - 1).sequence;
    const std::array<std::uint16_t, kButtonCount> presses = sink.at(count - 1).presses;
    for (Latest<OperatorSample>* reader : {&first, &second}) {
        const OperatorSample* newest = reader->read();
        QVERIFY(newest != nullptr);
        QCOMPARE(newest->sequence, last);
    }

    // Started again it goes on counting. A sink without room loses records, says so, and slows nobody.
    DeviceSink small(5);
    QVERIFY(device.start(small));
    QVERIFY(flow(tested, [&] { return device.health().samples >= kWanted; }));
    device.stop();
    QCOMPARE(small.at(0).sequence, last + 1);
    for (std::size_t i = 0; i < presses.size(); ++i) QVERIFY(small.at(0).presses[i] >= presses[i]);
    QCOMPARE(device.health().dropped, device.health().samples - 5);
    QCOMPARE(first.read()->sequence, last + device.health().samples);

    // Destroyed while it runs.
    DeviceSink third(10);
    QVERIFY(device.start(third));
    tested.device.reset();
}

}  // namespace understudy::test
