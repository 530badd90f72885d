#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <random>

#include "storage/mcapwriter.h"
#include "storage/read/cdr.h"
#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"
#include "support/faultyfilesystem.h"
#include "support/python.h"

using namespace understudy;

namespace {

const WallAnchor kAnchor{.monotonic = 5 * kSecond, .unixNs = 1'800'000'000'000'000'123};

/// Bytes that steps of files before these fields lack, the padding before the first included.
constexpr std::size_t kStepAdditions = 8 + 8 + 6 * 4 + 4 + 1 + 1;

std::mt19937& random()
{
    static std::mt19937 engine(3);
    return engine;
}
double number() { return std::uniform_real_distribution<double>(-2, 2)(random()); }
Eigen::Vector3d vector() { return {number(), number(), number()}; }
Pose pose() { return {vector(), Eigen::Quaterniond(number(), number(), number(), number()).normalized()}; }
Stamps stamps(int i) { return {.device = 10 + i, .capture = 6 * kSecond + i, .arrival = 6 * kSecond + 200 + i}; }
Eigen::VectorXd joints()
{
    return Eigen::VectorXd::NullaryExpr(3, [] { return number(); });
}

OperatorSample operatorSample()
{
    OperatorSample sample{.stamps = stamps(1), .sequence = 0x1'0000'0002};
    for (TrackedPose& joint : sample.body) joint = {pose(), random()() % 2 == 0, random()() % 2 == 0};
    for (auto& hand : sample.hands)
        for (TrackedPose& joint : hand) joint = {pose(), random()() % 2 == 0, random()() % 2 == 0};
    sample.inputs[1] = {0.25F, 0.5F, -1.0F, 1.0F};
    sample.joints = joints();
    sample.setHeld(Button::Mark, true);
    return sample;
}

Step step()
{
    Step step{.time = 6 * kSecond + 2, .sequence = 12};
    step.operatorSample = {1, 3, 4000};
    step.robotState = {2, 5, -1};
    step.target = joints();
    step.command = joints();
    step.measured = joints();
    step.wrists[0] = {pose(), true, 0.125F, 0.25F};
    step.wrists[1] = {pose(), false, 0.5F, 1.5F};
    step.closure = {0.25F, 0.75F};
    step.phase = TeleopPhase::Active;
    step.holdReason = HoldReason::Clutched;
    step.mode = CommandMode::Position;
    step.levels = 5;
    step.limited = true;
    step.solveNs = 1;
    step.latencyNs = 2;
    step.tickNs = 3;
    step.wakeLateNs = 4;
    step.viewAge = 5;
    step.viewLimit = 6;
    step.stages = {.device = 7, .smoothing = 8, .command = 9, .robot = 10, .link = 11, .camera = -1};
    step.effortShare = 0.5F;
    step.retargeting = 1;
    step.requests = kRequestHome;
    return step;
}

ContactSample contacts()
{
    ContactSample sample{.stamps = stamps(3), .sequence = 4, .count = 2, .truncated = 1};
    sample.contacts[0] = {1, 2, vector(), vector(), 3.5F};
    sample.contacts[1] = {3, 4, vector(), vector(), 4.5F};
    return sample;
}

struct Case {
    StreamInfo info;
    Record record;
};

std::vector<Case> cases()
{
    std::vector<Case> all;
    const auto add = [&](const char* name, const char* kind, std::vector<std::string> names, Record record) {
        StreamInfo info{.name = name, .kind = kind, .rateHz = 120, .frame = "world", .names = std::move(names)};
        info.metadata["unit"] = "rad";
        info.prototype = record;
        all.push_back({std::move(info), std::move(record)});
    };
    const std::vector<std::string> names{"shoulder", "elbow", "wrist"};
    add("/operator/suit", "operator", {}, operatorSample());
    add("/robot/joint_states", "robot", names,
        RobotState{.stamps = stamps(2),
                   .sequence = 9,
                   .position = joints(),
                   .velocity = joints(),
                   .effort = joints(),
                   .base = pose()});
    add("/teleop/step", "step", names, step());
    add("/robot/imu", "imu", {}, ImuSample{stamps(4), 5, pose().orientation, vector(), vector()});
    add("/robot/wrench", "wrench", {}, WrenchSample{stamps(5), 6, {vector(), vector()}});
    add("/sim/contacts", "contacts", {"a", "b"}, contacts());
    add("/hand/taxels", "taxels", {}, TaxelSample{stamps(6), 7, Eigen::VectorXf::LinSpaced(5, 0, 1)});
    add("/tf", "transforms", {"cup", "table"}, TransformSample{stamps(7), 8, {pose(), pose()}});
    add("/events", "event", {}, Event{stamps(8), 9, "mark", "{\"by\": \"操作员\"}"});
    return all;
}

/// Equality of values by what they are written as.
std::vector<std::vector<std::byte>> bytesOf(StreamEncoder& encoder, const Record& record)
{
    std::vector<std::vector<std::byte>> all;
    for (const EncodedMessage& message : encoder.encode(record)) all.push_back(message.data);
    return all;
}

Record recordOf(const EpisodeValue& value)
{
    return std::visit(
        [](const auto& held) -> Record {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, PacketLocation>)
                return ImageRef();
            else
                return held;
        },
        value);
}

}  // namespace

class TestStreamCodec : public QObject {
    Q_OBJECT

private slots:
    void cdrAlignsFromTheEndOfItsHeader();
    void cdrReadsBothByteOrders();
    void cdrNeverReadsPastTheEnd();
    void everyKindRoundTrips();
    void imagesRoundTrip();
    void aStreamWithoutCompanionStillHasTimes();
    void refusesImpossibleEnumsAndCounts();
    void readsStepsOfOlderFiles();
    void refusesStreamsItDoesNotKnow();
    void theOfficialReaderDecodesEveryMessage();
    void readsWhatTheOfficialWriterWrites();
};

void TestStreamCodec::cdrAlignsFromTheEndOfItsHeader()
{
    std::vector<std::byte> bytes;
    CdrWriter out(bytes);
    out.put(std::uint8_t{1});
    out.put(std::uint16_t{0x0302});
    out.put(2.0);
    out.put(std::string_view("ab"));
    const std::array<std::int32_t, 2> values{5, 6};
    out.putSequence(std::span<const std::int32_t>(values));
    const QByteArray written(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    QCOMPARE(written.toHex(' '), QByteArray("00 01 00 00 01 00 02 03 00 00 00 00 00 00 00 00 00 00 00 40 "
                                            "03 00 00 00 61 62 00 00 02 00 00 00 05 00 00 00 06 00 00 00"));
}

void TestStreamCodec::cdrReadsBothByteOrders()
{
    const QByteArray big = QByteArray::fromHex("00000000 01000203 00000000 4000000000000000 00000003 616200");
    CdrReader in(std::as_bytes(std::span(big.constData(), static_cast<std::size_t>(big.size()))));
    QCOMPARE(in.take<std::uint8_t>(), std::uint8_t{1});
    QCOMPARE(in.take<std::uint16_t>(), std::uint16_t{0x0203});
    QCOMPARE(in.take<double>(), 2.0);
    QCOMPARE(in.takeString(), std::string("ab"));
    QVERIFY(in.ok());
}

void TestStreamCodec::cdrNeverReadsPastTheEnd()
{
    for (const char* hex : {"", "000100", "00070000ffffffff", "00010000 ffffffff", "00010000 ffffff7f 00"}) {
        const QByteArray bytes = QByteArray::fromHex(hex);
        const auto message = std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
        CdrReader text(message);
        QVERIFY(text.takeString().empty());
        QVERIFY(!text.ok());
        CdrReader sequence(message);
        QVERIFY(sequence.takeSequence<double>().empty());
        QVERIFY(!sequence.ok());
    }
}

void TestStreamCodec::everyKindRoundTrips()
{
    test::FaultyFileSystem files;
    auto writer = *McapWriter::create(*files.open("/e.mcap", OpenMode::Create));
    std::vector<std::vector<std::uint16_t>> ids;
    std::vector<Case> all = cases();
    std::vector<StreamEncoder> encoders;
    for (const Case& one : all) {
        auto encoder = StreamEncoder::create(one.info, kAnchor);
        QVERIFY(encoder.has_value());
        ids.emplace_back();
        for (const ChannelSpec& channel : encoder->channels()) {
            const auto schema =
                writer->addSchema(std::string(nameOf(channel.type)), "ros2msg", definitionOf(channel.type));
            ids.back().push_back(*writer->addChannel(*schema, channel.topic, "cdr", channel.metadata));
        }
        encoders.push_back(std::move(*encoder));
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const EncodedMessage& message : encoders[i].encode(all[i].record))
            QVERIFY(writer
                        ->write({ids[i][message.channel], message.sequence, message.logTime, message.publishTime,
                                 message.data})
                        .has_value());
    QVERIFY(writer->finish().has_value());

    const auto reader = *McapReader::open(*files.open("/e.mcap", OpenMode::Read));
    const std::vector<StoredStream> streams = streamsOf(reader->summary());
    QCOMPARE(streams.size(), all.size());
    std::map<std::string, StreamDecoder> decoders;
    for (const StoredStream& stream : streams) decoders.emplace(stream.info.name, StreamDecoder(stream, kAnchor));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const StreamInfo& wanted = all[i].info;
        StreamDecoder& decoder = decoders.at(wanted.name);
        const StreamInfo& info = decoder.stream().info;
        QCOMPARE(info.kind, wanted.kind);
        QCOMPARE(info.rateHz, wanted.rateHz);
        QCOMPARE(info.frame, wanted.frame);
        QVERIFY(info.names == wanted.names);
        QVERIFY(info.metadata == wanted.metadata);
        int values = 0;
        McapMessages pass = reader->messages({.channels = ids[i]}, McapOrder::Time);
        while (true) {
            const auto message = pass.next();
            QVERIFY(message.has_value());
            if (*message == nullptr) break;
            const auto value = decoder.decode(**message);
            QVERIFY2(value.has_value(), value.has_value() ? "" : value.error().message.c_str());
            if (*value == nullptr) continue;
            ++values;
            QCOMPARE(sequenceOf(**value), sequenceOf(all[i].record));
            QVERIFY2(bytesOf(encoders[i], recordOf(**value)) == bytesOf(encoders[i], all[i].record),
                     wanted.kind.c_str());
            // Our own bytes, but the stamps must be the raw ones.
            const Stamps got = stampsOf(**value);
            const Stamps given = stampsOf(all[i].record);
            QCOMPARE(got.device, given.device);
            QCOMPARE(got.capture, given.capture);
            QCOMPARE(got.arrival, given.arrival);
        }
        QCOMPARE(values, 1);
    }
}

void TestStreamCodec::imagesRoundTrip()
{
    StreamInfo info{.name = "head", .kind = "camera", .rateHz = 30};
    info.prototype = ImageRef();
    auto encoder = StreamEncoder::create(info, kAnchor);
    QVERIFY(encoder.has_value());
    QCOMPARE(encoder->channels().at(0).topic, std::string("/camera/head/image_index"));
    const PacketLocation index{stamps(1), 77, 33'333'333, 4096, 1234, true};
    const auto messages = encoder->encodeValue(index);
    QCOMPARE(messages.size(), std::size_t{1});
    StoredStream stream{.info = info, .channel = 1};
    StreamDecoder decoder(stream, kAnchor);
    const auto value = decoder.decode({1, 77, messages[0].logTime, 0, messages[0].data});
    QVERIFY(value.has_value() && *value != nullptr);
    const auto& got = std::get<PacketLocation>(**value);
    QVERIFY(got.sequence == index.sequence && got.pts == index.pts && got.offset == index.offset);
    QVERIFY(got.size == index.size && got.key == index.key && got.stamps.device == index.stamps.device);
    QCOMPARE(messages[0].logTime, kAnchor.toUnix(index.stamps.capture));
}

void TestStreamCodec::aStreamWithoutCompanionStillHasTimes()
{
    const Case robot = cases()[1];
    auto encoder = StreamEncoder::create(robot.info, kAnchor);
    const auto messages = encoder->encode(robot.record);
    QCOMPARE(messages.size(), std::size_t{2});
    StreamDecoder decoder({.info = robot.info, .channel = 2, .companion = 1}, kAnchor);
    const auto value =
        decoder.decode({2, messages[1].sequence, messages[1].logTime, messages[1].publishTime, messages[1].data});
    QVERIFY(value.has_value() && *value != nullptr);
    QCOMPARE(stampsOf(**value).capture, stampsOf(robot.record).capture);
    QCOMPARE(stampsOf(**value).arrival, stampsOf(robot.record).arrival);
    QCOMPARE(sequenceOf(**value), sequenceOf(robot.record));
}

void TestStreamCodec::refusesImpossibleEnumsAndCounts()
{
    for (const Case& one : cases()) {
        auto encoder = StreamEncoder::create(one.info, kAnchor);
        StreamDecoder decoder({.info = one.info, .channel = 2, .companion = 1}, kAnchor);
        const auto messages = encoder->encode(one.record);
        const std::vector<std::byte> whole = messages[one.info.kind == "step" ? 0 : messages.size() - 1].data;
        QVERIFY(decoder.decode({2, 0, 0, 0, whole}).has_value());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            if (one.info.kind == "step" && size == whole.size() - kStepAdditions) continue;
            QVERIFY(!decoder.decode({2, 0, 0, 0, std::span(whole).first(size)}).has_value());
        }
        for (std::size_t at = 0; at < whole.size(); ++at) {
            auto flipped = whole;
            flipped[at] ^= std::byte{0xFF};
            (void)decoder.decode({2, 0, 0, 0, flipped});
        }
    }
}

void TestStreamCodec::readsStepsOfOlderFiles()
{
    const Case one = cases()[2];
    auto encoder = StreamEncoder::create(one.info, kAnchor);
    StreamDecoder decoder({.info = one.info, .channel = 2, .companion = 1}, kAnchor);
    const std::vector<std::byte> whole = encoder->encode(one.record)[0].data;
    const auto older = decoder.decode({2, 0, 0, 0, std::span(whole).first(whole.size() - kStepAdditions)});
    QVERIFY(older.has_value());
    const Step& read = std::get<Step>(**older);
    QCOMPARE(read.wakeLateNs, 4U);
    QCOMPARE(read.viewAge, Duration{-1});
    QCOMPARE(read.viewLimit, Duration{-1});
    QCOMPARE(read.stages.device, -1);
    QCOMPARE(read.requests, std::uint8_t{0});
    const auto now = decoder.decode({2, 0, 0, 0, whole});
    QVERIFY(now.has_value());
    QCOMPARE(std::get<Step>(**now).stages.link, 11);
    QCOMPARE(std::get<Step>(**now).requests, kRequestHome);
}

void TestStreamCodec::refusesStreamsItDoesNotKnow()
{
    const auto unknown = StreamEncoder::create({.name = "/x", .kind = "smell"}, kAnchor);
    QVERIFY(!unknown.has_value());
    QVERIFY(unknown.error().message.find("smell") != std::string::npos);
    StreamInfo mismatched{.name = "/x", .kind = "imu"};
    mismatched.prototype = Event{};
    QVERIFY(!StreamEncoder::create(mismatched, kAnchor).has_value());
}

void TestStreamCodec::theOfficialReaderDecodesEveryMessage()
{
    if (!test::hasPython("mcap, mcap_ros2")) QSKIP("needs the wheels mcap and mcap-ros2-support in .venv");
    QTemporaryDir folder;
    const std::string path = folder.filePath("episode.mcap").toStdString();
    PosixFileSystem files;
    auto writer = *McapWriter::create(*files.open(path, OpenMode::Create), {.compression = McapCompression::Zstd});
    std::vector<Case> all = cases();
    StreamInfo camera{.name = "head", .kind = "camera", .rateHz = 30};
    camera.prototype = ImageRef();
    all.push_back({camera, ImageRef()});
    for (const Case& one : all) {
        auto encoder = StreamEncoder::create(one.info, kAnchor);
        std::vector<std::uint16_t> ids;
        for (const ChannelSpec& channel : encoder->channels()) {
            const auto schema =
                writer->addSchema(std::string(nameOf(channel.type)), "ros2msg", definitionOf(channel.type));
            ids.push_back(*writer->addChannel(*schema, channel.topic, "cdr", channel.metadata));
        }
        const auto messages = one.info.kind == "camera"
                                  ? encoder->encodeValue(PacketLocation{stamps(1), 77, 33, 4096, 12, true})
                                  : encoder->encode(one.record);
        for (const EncodedMessage& message : messages)
            QVERIFY(writer
                        ->write({ids[message.channel], message.sequence, message.logTime, message.publishTime,
                                 message.data})
                        .has_value());
    }
    QVERIFY(writer->finish().has_value());

    const char* program = R"(
import sys, json
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
out = {}
def plain(v):
    if hasattr(v, '__slots__'): return {n: plain(getattr(v, n)) for n in v.__slots__}
    if isinstance(v, (list, tuple)) or type(v).__name__ in ('ndarray', 'array', 'memoryview'): return [plain(i) for i in v]
    if isinstance(v, bytes): return list(v)
    return v
with open(sys.argv[1], 'rb') as f:
    reader = make_reader(f, validate_crcs=True, decoder_factories=[DecoderFactory()])
    assert reader.get_header().profile == 'ros2'
    for schema, channel, message, value in reader.iter_decoded_messages():
        out[channel.topic] = {'type': schema.name, 'log': message.log_time, 'publish': message.publish_time,
                              'value': plain(value)}
print(json.dumps(out))
)";
    const test::PythonRun run = test::runPython(program, {QString::fromStdString(path)});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    const QJsonObject topics = QJsonDocument::fromJson(run.output).object();
    QCOMPARE(topics.size(), 15);
    const auto value = [&](const char* topic) { return topics[topic].toObject()["value"].toObject(); };

    const auto& robot = std::get<RobotState>(all[1].record);
    const QJsonObject state = value("/robot/joint_states");
    QCOMPARE(state["name"].toArray().at(2).toString(), QString("wrist"));
    QCOMPARE(state["position"].toArray().at(1).toDouble(), robot.position[1]);
    QCOMPARE(state["effort"].toArray().at(2).toDouble(), robot.effort[2]);
    QCOMPARE(state["header"].toObject()["stamp"].toObject()["sec"].toInt(), 1'800'000'001);
    QCOMPARE(state["header"].toObject()["stamp"].toObject()["nanosec"].toInt(), 125);
    QCOMPARE(value("/robot/joint_states/base")["pose"].toObject()["orientation"].toObject()["w"].toDouble(),
             robot.base.orientation.w());
    const auto& step = std::get<Step>(all[2].record);
    QCOMPARE(value("/teleop/step")["phase"].toInt(), static_cast<int>(step.phase));
    QCOMPARE(value("/teleop/step")["right_wrist"].toObject()["orientation_error"].toDouble(), 1.5);
    QCOMPARE(value("/teleop/step")["wake_late_ns"].toInt(), 4);
    QCOMPARE(value("/teleop/step")["camera_ns"].toInt(), -1);
    QCOMPARE(value("/teleop/step")["requests"].toInt(), 4);
    QCOMPARE(value("/teleop/command")["position"].toArray().at(0).toDouble(), step.command[0]);
    const auto& suit = std::get<OperatorSample>(all[0].record);
    const QJsonObject sample = value("/operator/suit");
    QCOMPARE(sample["right_hand"].toArray().at(25).toObject()["position"].toObject()["z"].toDouble(),
             suit.hands[1][25].pose.position.z());
    QCOMPARE(sample["presses"].toArray().at(7).toInt(), 1);
    QCOMPARE(value("/tf")["transforms"].toArray().at(1).toObject()["child_frame_id"].toString(), QString("table"));
    QCOMPARE(value("/sim/contacts")["contacts"].toArray().at(1).toObject()["force"].toDouble(), 4.5);
    QCOMPARE(value("/hand/taxels")["values"].toArray().at(4).toDouble(), 1.0);
    QCOMPARE(value("/events")["detail"].toString(), QString::fromUtf8("{\"by\": \"操作员\"}"));
    QCOMPARE(value("/robot/wrench")["wrench"].toObject()["torque"].toObject()["y"].toDouble(),
             std::get<WrenchSample>(all[4].record).wrench.torque.y());
    QCOMPARE(value("/robot/imu")["linear_acceleration"].toObject()["x"].toDouble(),
             std::get<ImuSample>(all[3].record).linearAcceleration.x());
    QCOMPARE(value("/camera/head/image_index")["offset"].toInt(), 4096);
    QCOMPARE(value("/robot/imu/stamps")["stamps"].toObject()["device"].toInt(), 14);
}

void TestStreamCodec::readsWhatTheOfficialWriterWrites()
{
    if (!test::hasPython("mcap")) QSKIP("needs the wheel mcap in .venv");
    QTemporaryDir folder;
    const char* program = R"(
import sys
from mcap.writer import Writer, CompressionType, IndexType
for i, (compression, chunking) in enumerate([(CompressionType.NONE, True), (CompressionType.ZSTD, True),
                                             (CompressionType.LZ4, True), (CompressionType.NONE, False)]):
    w = Writer(sys.argv[1] + f'/{i}.mcap', chunk_size=500, compression=compression, use_chunking=chunking)
    w.start('profile', 'library')
    s = w.register_schema('S', 'jsonschema', b'{}')
    c = w.register_channel('/t', 'json', s, {'k': 'v'})
    for n in range(100): w.add_message(c, n * 10, b'{"n": %d}' % n, n * 10 + 1, n)
    w.add_attachment(1, 2, 'a.txt', 'text/plain', b'attached')
    w.add_metadata('m', {'x': 'y'})
    w.finish()
)";
    const test::PythonRun run = test::runPython(program, {folder.path()});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    PosixFileSystem files;
    for (int i = 0; i < 4; ++i) {
        const auto reader =
            McapReader::open(*files.open(folder.filePath(QString("%1.mcap").arg(i)).toStdString(), OpenMode::Read));
        QVERIFY2(reader.has_value(), reader.has_value() ? "" : reader.error().message.c_str());
        QVERIFY((*reader)->damage().empty());
        QCOMPARE((*reader)->summary().statistics.messageCount, std::uint64_t{100});
        QCOMPARE((*reader)->channelOf("/t")->metadata.at("k"), std::string("v"));
        QCOMPARE((*reader)->metadata((*reader)->summary().metadata.at(0))->values.at("x"), std::string("y"));
        QCOMPARE((*reader)->attachment((*reader)->summary().attachments.at(0))->size(), std::size_t{8});
        McapMessages pass = (*reader)->messages({.from = 100, .to = 300});
        for (int n = 10; n < 30; ++n) {
            const auto message = pass.next();
            QVERIFY(message.has_value() && *message != nullptr);
            QCOMPARE((*message)->logTime, std::int64_t{n * 10});
            QCOMPARE((*message)->publishTime, std::int64_t{n * 10 + 1});
            QCOMPARE((*message)->sequence, static_cast<std::uint32_t>(n));
        }
        QVERIFY(pass.next().value() == nullptr);
        QVERIFY(pass.damage().empty());
    }
}

QTEST_GUILESS_MAIN(TestStreamCodec)
#include "tst_streamcodec.moc"
