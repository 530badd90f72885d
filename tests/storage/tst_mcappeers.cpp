#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "storage/mcapwriter.h"
#include "storage/read/cdr.h"
#include "storage/read/mcapreader.h"
#include "storage/read/messagetypes.h"
#include "support/python.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Every feature of the format that the writer has: two schemas, three channels, chunks, attachments, metadata.
void writeEverything(const std::filesystem::path& path, McapCompression compression)
{
    PosixFileSystem files;
    const auto writer = orDie(McapWriter::create(orDie(files.open(path, OpenMode::Create)),
                                                 {.chunkBytes = 4096, .compression = compression}));
    orDie(writer->addMetadata("first", {{"one", "1"}, {"两", "2"}}));
    const auto text =
        orDie(writer->addSchema(std::string(nameOf(MessageType::Text)), "ros2msg", definitionOf(MessageType::Text)));
    const auto joints = orDie(writer->addSchema(std::string(nameOf(MessageType::JointState)), "ros2msg",
                                                definitionOf(MessageType::JointState)));
    const std::uint16_t channels[]{orDie(writer->addChannel(text, "/text", "cdr", {{"offered_qos_profiles", ""}})),
                                   orDie(writer->addChannel(text, "/never", "cdr", {})),
                                   orDie(writer->addChannel(joints, "/joints", "cdr", {{"k", "v"}}))};
    std::vector<std::byte> data;
    for (std::uint32_t i = 0; i < 500; ++i) {
        const std::int64_t time = 1'700'000'000'000'000'000 + i * 1'000'000;
        CdrWriter(data).put(std::string_view("message number " + std::to_string(i)));
        orDie(writer->write({channels[0], i, time, time + 7, data}));
        CdrWriter out(data);
        out.put(static_cast<std::int32_t>(i));
        out.put(std::uint32_t{5});
        out.put(std::string_view("base"));
        out.putCount(1);
        out.put(std::string_view("elbow"));
        for (const double value : {0.5 * i, -1.0, 2.0}) {
            const std::array<double, 1> one{value};
            out.putSequence(std::span<const double>(one));
        }
        orDie(writer->write({channels[2], i, time + 3, time + 9, data}));
        if (i == 250) orDie(writer->addAttachment("half.txt", "text/plain", time, bytesOf("half way")));
        if (i % 100 == 99) orDie(writer->flush());
    }
    orDie(writer->addAttachment("empty", "application/octet-stream", 5, {}));
    orDie(writer->addMetadata("last", {}));
    orDie(writer->finish());
}

constexpr const char* kOfficialReader = R"(
import sys, json, collections
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
with open(sys.argv[1], 'rb') as f:
    reader = make_reader(f, validate_crcs=True, decoder_factories=[DecoderFactory()])
    summary = reader.get_summary()
    counts = collections.Counter()
    compressions = sorted({c.compression for c in summary.chunk_indexes})
    last = {}
    for schema, channel, message, value in reader.iter_decoded_messages():
        counts[channel.topic] += 1
        last[channel.topic] = [message.sequence, message.log_time, message.publish_time,
                               value.data if channel.topic == '/text' else [list(value.name), list(value.position)]]
    middle = [m.sequence for s, c, m in reader.iter_messages(topics=['/joints'], start_time=1700000000100000000, end_time=1700000000103000000)]
    out = {'profile': reader.get_header().profile, 'counts': dict(counts), 'compressions': compressions, 'last': last,
           'middle': middle, 'statistics': [summary.statistics.message_count, summary.statistics.schema_count,
           summary.statistics.channel_count, summary.statistics.attachment_count, summary.statistics.metadata_count,
           summary.statistics.chunk_count == len(summary.chunk_indexes)],
           'attachments': [[a.name, a.media_type, a.data.decode()] for a in reader.iter_attachments()],
           'metadata': [[m.name, m.metadata] for m in reader.iter_metadata()]}
print(json.dumps(out))
)";

constexpr const char* kOfficialWriter = R"(
import sys
from mcap.writer import Writer, CompressionType, IndexType
path, kind = sys.argv[1:]
options = {'none': dict(compression=CompressionType.NONE), 'lz4': dict(compression=CompressionType.LZ4),
           'zstd': dict(compression=CompressionType.ZSTD), 'unchunked': dict(use_chunking=False),
           'bare': dict(compression=CompressionType.ZSTD, index_types=IndexType.NONE, use_statistics=False,
                        use_summary_offsets=False, repeat_channels=False, repeat_schemas=False),
           'nocrc': dict(compression=CompressionType.LZ4, enable_crcs=False),
           'datacrc': dict(compression=CompressionType.ZSTD, enable_data_crcs=True)}[kind]
with open(path, 'wb') as f:
    writer = Writer(f, chunk_size=4096, **options)
    writer.start(profile='ros2', library='judge')
    schema = writer.register_schema('std_msgs/msg/String', 'ros2msg', b'string data')
    ids = [writer.register_channel('/a', 'cdr', schema, {'x': 'y'}), writer.register_channel('/b', 'cdr', schema)]
    for i in range(1000):
        writer.add_message(ids[i % 2], log_time=1000 + i, data=b'\0\1\0\0' + bytes([i % 251]) * (i % 90), publish_time=i, sequence=i)
        if i == 400:
            writer.add_attachment(create_time=1, log_time=2, name='note', media_type='text/plain', data=b'here')
            writer.add_metadata('about', {'who': 'judge'})
    writer.finish()
)";

QString toQt(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

}  // namespace

class TestMcapPeers : public QObject {
    Q_OBJECT

private slots:
    void theOfficialReaderFindsEverything_data();
    void theOfficialReaderFindsEverything();
    void theOfficialReaderReadsWhatACrashLeft();
    void readsEveryShapeOfTheOfficialWriter_data();
    void readsEveryShapeOfTheOfficialWriter();
    void rosbagsReadsOurs();
    void readsWhatRosbagsWrites();
};

void TestMcapPeers::theOfficialReaderFindsEverything_data()
{
    QTest::addColumn<int>("compression");
    QTest::addColumn<QString>("name");
    QTest::newRow("none") << static_cast<int>(McapCompression::None) << "";
    QTest::newRow("lz4") << static_cast<int>(McapCompression::Lz4) << "lz4";
    QTest::newRow("zstd") << static_cast<int>(McapCompression::Zstd) << "zstd";
}

void TestMcapPeers::theOfficialReaderFindsEverything()
{
    if (!test::hasPython("mcap, mcap_ros2")) QSKIP("needs the wheels mcap and mcap-ros2-support in .venv");
    QFETCH(const int, compression);
    QFETCH(const QString, name);
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("e.mcap").toStdString();
    writeEverything(path, static_cast<McapCompression>(compression));
    const test::PythonRun run = test::runPython(kOfficialReader, {toQt(path)});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    const QJsonObject found = QJsonDocument::fromJson(run.output).object();
    QCOMPARE(found["profile"].toString(), QString("ros2"));
    QCOMPARE(found["counts"].toObject(), (QJsonObject{{"/text", 500}, {"/joints", 500}}));
    const QJsonArray compressions = found["compressions"].toArray();
    QVERIFY2(compressions.contains(name), run.output.constData());
    QCOMPARE(found["statistics"].toArray(), (QJsonArray{1000, 2, 3, 2, 2, true}));
    QCOMPARE(found["middle"].toArray(), (QJsonArray{100, 101, 102}));
    QCOMPARE(found["attachments"].toArray(), (QJsonArray{QJsonArray{"half.txt", "text/plain", "half way"},
                                                         QJsonArray{"empty", "application/octet-stream", ""}}));
    QCOMPARE(found["metadata"].toArray(), (QJsonArray{QJsonArray{"first", QJsonObject{{"one", "1"}, {"两", "2"}}},
                                                      QJsonArray{"last", QJsonObject()}}));
    const QJsonArray text = found["last"].toObject()["/text"].toArray();
    QCOMPARE(text[0].toInt(), 499);
    QCOMPARE(text[3].toString(), QString("message number 499"));
    const QJsonArray joints = found["last"].toObject()["/joints"].toArray();
    QCOMPARE(joints[3].toArray(), (QJsonArray{QJsonArray{"elbow"}, QJsonArray{249.5}}));
}

void TestMcapPeers::theOfficialReaderReadsWhatACrashLeft()
{
    if (!test::hasPython("mcap")) QSKIP("needs the wheel mcap in .venv");
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("e.mcap").toStdString();
    writeEverything(path, McapCompression::Zstd);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    PosixFileSystem files;
    std::uint64_t ours = 0;
    {
        const auto file = orDie(files.open(path, OpenMode::ReadWrite));
        const McapScan scan = orDie(scanMcap(*file));
        QVERIFY(!scan.hasDataEnd);
        ours = scan.summary.statistics.messageCount;
        orDie(file->truncate(scan.goodEnd));
        std::vector<std::byte> tail = scan.tailIndex;
        const auto closing = closingSection(scan.summary, scan.goodEnd + tail.size());
        tail.insert(tail.end(), closing.begin(), closing.end());
        orDie(file->write(scan.goodEnd, tail));
    }
    const test::PythonRun run = test::runPython(kOfficialReader, {toQt(path)});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    const QJsonObject found = QJsonDocument::fromJson(run.output).object();
    QVERIFY(ours > 300);
    QCOMPARE(found["statistics"].toArray()[0].toInteger(), static_cast<qint64>(ours));
    const QJsonObject counts = found["counts"].toObject();
    QCOMPARE(counts["/text"].toInt() + counts["/joints"].toInt(), static_cast<int>(ours));
}

void TestMcapPeers::readsEveryShapeOfTheOfficialWriter_data()
{
    QTest::addColumn<bool>("indexed");
    for (const char* kind : {"none", "lz4", "zstd", "unchunked", "nocrc", "datacrc"}) QTest::newRow(kind) << true;
    QTest::newRow("bare") << false;
}

void TestMcapPeers::readsEveryShapeOfTheOfficialWriter()
{
    if (!test::hasPython("mcap")) QSKIP("needs the wheel mcap in .venv");
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("e.mcap").toStdString();
    const test::PythonRun run = test::runPython(kOfficialWriter, {toQt(path), QTest::currentDataTag()});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    PosixFileSystem files;
    const auto reader = orDie(McapReader::open(orDie(files.open(path, OpenMode::Read))));
    QVERIFY(reader->damage().empty());
    QCOMPARE(reader->header().library.substr(0, 5), std::string("judge"));
    QCOMPARE(reader->channelOf("/a")->metadata.at("x"), std::string("y"));
    QCOMPARE(reader->schemaOf(*reader->channelOf("/b"))->data, std::string("string data"));
    std::uint32_t next = 0;
    McapMessages pass = reader->messages();
    while (const McapMessage* message = orDie(pass.next())) {
        QCOMPARE(message->sequence, next);
        QCOMPARE(message->logTime, std::int64_t{1000} + next);
        QCOMPARE(message->publishTime, std::int64_t{next});
        QCOMPARE(message->data.size(), std::size_t{4 + next % 90});
        if (message->data.size() > 4) QCOMPARE(static_cast<unsigned>(message->data[4]), next % 251);
        ++next;
    }
    QCOMPARE(next, 1000U);
    QVERIFY(pass.damage().empty());
    QFETCH(const bool, indexed);
    if (!indexed) return;
    const McapSummary& summary = reader->summary();
    QCOMPARE(summary.attachments.size(), std::size_t{1});
    QVERIFY(orDie(reader->attachment(summary.attachments[0])) ==
            std::vector<std::byte>(bytesOf("here").begin(), bytesOf("here").end()));
    QCOMPARE(summary.metadata.size(), std::size_t{1});
    QCOMPARE(orDie(reader->metadata(summary.metadata[0])).values.at("who"), std::string("judge"));
}

void TestMcapPeers::rosbagsReadsOurs()
{
    if (!test::hasPython("rosbags")) QSKIP("needs the wheel rosbags in .venv");
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("e.mcap").toStdString();
    writeEverything(path, McapCompression::Zstd);
    const char* program = R"(
import sys, json, collections
from pathlib import Path
from rosbags.highlevel import AnyReader
counts = collections.Counter()
last = {}
with AnyReader([Path(sys.argv[1])]) as reader:
    for connection, time, raw in reader.messages():
        counts[connection.topic] += 1
        value = reader.deserialize(raw, connection.msgtype)
        last[connection.topic] = [connection.msgtype, time, value.data if connection.topic == '/text' else float(value.position[0])]
print(json.dumps({'counts': dict(counts), 'last': last}))
)";
    const test::PythonRun run = test::runPython(program, {toQt(path)});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    const QJsonObject found = QJsonDocument::fromJson(run.output).object();
    QCOMPARE(found["counts"].toObject(), (QJsonObject{{"/text", 500}, {"/joints", 500}}));
    QCOMPARE(found["last"].toObject()["/text"].toArray()[2].toString(), QString("message number 499"));
    QCOMPARE(found["last"].toObject()["/joints"].toArray()[0].toString(), QString("sensor_msgs/msg/JointState"));
    QCOMPARE(found["last"].toObject()["/joints"].toArray()[2].toDouble(), 249.5);
}

void TestMcapPeers::readsWhatRosbagsWrites()
{
    if (!test::hasPython("rosbags")) QSKIP("needs the wheel rosbags in .venv");
    QTemporaryDir folder;
    const std::filesystem::path bag = folder.filePath("bag").toStdString();
    const char* program = R"(
import sys
from pathlib import Path
from rosbags.rosbag2 import Writer, StoragePlugin
from rosbags.typesys import Stores, get_typestore
store = get_typestore(Stores.ROS2_HUMBLE)
String = store.types['std_msgs/msg/String']
with Writer(Path(sys.argv[1]), version=9, storage_plugin=StoragePlugin.MCAP) as writer:
    connection = writer.add_connection('/chatter', 'std_msgs/msg/String', typestore=store)
    for i in range(300):
        writer.write(connection, 5000 + i, store.serialize_cdr(String(data='hello %d' % i), 'std_msgs/msg/String'))
)";
    const test::PythonRun run = test::runPython(program, {toQt(bag)});
    QVERIFY2(run.exitCode == 0, run.errors.constData());
    PosixFileSystem files;
    const auto reader = orDie(McapReader::open(orDie(files.open(bag / "bag.mcap", OpenMode::Read))));
    QCOMPARE(reader->header().profile, std::string("ros2"));
    QCOMPARE(reader->schemaOf(*reader->channelOf("/chatter"))->name, std::string("std_msgs/msg/String"));
    int next = 0;
    McapMessages pass = reader->messages();
    while (const McapMessage* message = orDie(pass.next())) {
        CdrReader in(message->data);
        QCOMPARE(in.takeString(), "hello " + std::to_string(next));
        QCOMPARE(message->logTime, std::int64_t{5000} + next);
        ++next;
    }
    QCOMPARE(next, 300);
}

QTEST_GUILESS_MAIN(TestMcapPeers)
#include "tst_mcappeers.moc"
