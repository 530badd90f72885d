#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <malloc.h>
#include <random>

#include <zlib.h>

#include "storage/mcapwriter.h"
#include "storage/read/crc32.h"
#include "storage/read/mcapreader.h"
#include "support/faultyfilesystem.h"

using namespace understudy;

namespace {

const std::filesystem::path kPath = "/episode.mcap";

std::vector<std::byte> bytesOf(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::unique_ptr<McapWriter> newWriter(FileSystem& files, McapWriterOptions options = {},
                                      const std::filesystem::path& path = kPath)
{
    auto file = files.open(path, OpenMode::Create);
    if (!file) qFatal("%s", file.error().message.c_str());
    auto writer = McapWriter::create(std::move(*file), std::move(options));
    if (!writer) qFatal("%s", writer.error().message.c_str());
    return std::move(*writer);
}

std::unique_ptr<McapReader> newReader(FileSystem& files, const McapLimits& limits = {})
{
    auto file = files.open(kPath, OpenMode::Read);
    if (!file) qFatal("%s", file.error().message.c_str());
    auto reader = McapReader::open(std::move(*file), limits);
    if (!reader) qFatal("%s", reader.error().message.c_str());
    return std::move(*reader);
}

struct Got {
    std::uint16_t channel;
    std::uint32_t sequence;
    std::int64_t time;
    std::string data;
    bool operator==(const Got&) const = default;
};

std::vector<Got> readAllMessages(const McapReader& reader, McapFilter filter = {}, McapOrder order = McapOrder::Time)
{
    std::vector<Got> all;
    McapMessages pass = reader.messages(std::move(filter), order);
    while (true) {
        const auto message = pass.next();
        if (!message) qFatal("%s", message.error().message.c_str());
        if (*message == nullptr) return all;
        const auto data = (*message)->data;
        all.push_back({(*message)->channelId, (*message)->sequence, (*message)->logTime,
                       std::string(reinterpret_cast<const char*>(data.data()), data.size())});
    }
}

/// Two channels of 1 kHz and one of 10 Hz over `count` ms, flushed every 500; what was written.
std::vector<Got> writeSample(McapWriter& writer, int count, std::size_t payload = 40)
{
    const auto schema = writer.addSchema("std_msgs/msg/String", "ros2msg", "string data\n");
    std::vector<std::uint16_t> channels;
    for (const char* topic : {"/a", "/b", "/slow"}) channels.push_back(*writer.addChannel(*schema, topic, "cdr"));
    std::vector<Got> written;
    std::mt19937 random(1);
    for (int i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < channels.size(); ++c) {
            if (c == 2 && i % 100 != 0) continue;
            Got got{channels[c], static_cast<std::uint32_t>(i), 1'000'000 * i + static_cast<int>(c), {}};
            got.data = std::string(payload, static_cast<char>('a' + random() % 26));
            const auto data = bytesOf(got.data);
            if (!writer.write({got.channel, got.sequence, got.time, got.time + 5, data})) qFatal("write");
            written.push_back(std::move(got));
        }
        if (i % 500 == 499 && !writer.flush()) qFatal("flush");
    }
    return written;
}

}  // namespace

class TestMcap : public QObject {
    Q_OBJECT

private slots:
    void crcEqualsZlibs();
    void writesTheBytesOfTheSpecification();
    void roundTrips_data();
    void roundTrips();
    void filtersByChannelAndTime();
    void ordersByTimeAcrossOverlappingChunks();
    void keepsMetadataAndAttachments();
    void sameCallsMakeTheSameBytes();
    void memoryDoesNotGrowWithTheLength();
    void readsWithoutFooter();
    void everyCutLosesOnlyTheTail();
    void everyFlippedByteIsSurvivedAndNoDamageIsSilent();
    void findsItsWayBehindAHole();
    void refusesWhatIsNotMcap();
    void boundsWhatAHostileFileAsksFor();
    void afterAnErrorNothingIsTaken();
};

void TestMcap::crcEqualsZlibs()
{
    QCOMPARE(crc32(bytesOf("123456789")), 0xCBF43926U);
    QCOMPARE(crc32({}, 77), 77U);
    std::mt19937 random(7);
    std::vector<std::byte> bytes(5000);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    for (std::size_t size = 0; size < 600; ++size) {
        const std::size_t from = size % 17;
        const auto start = static_cast<std::uint32_t>(random());
        QCOMPARE(crc32(std::span(bytes).subspan(from, size), start),
                 static_cast<std::uint32_t>(
                     ::crc32(start, reinterpret_cast<const Bytef*>(bytes.data() + from), static_cast<uInt>(size))));
    }
}

void TestMcap::writesTheBytesOfTheSpecification()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.profile = "p", .library = "l"});
    QVERIFY(writer->addSchema("S", "e", "d").has_value());
    QVERIFY(writer->addChannel(1, "/t", "cdr", {{"k", "v"}}).has_value());
    QVERIFY(writer->write({1, 7, 0x0102030405060708, 9, bytesOf("hi")}).has_value());
    QVERIFY(writer->finish().has_value());

    const QByteArray schema = QByteArray::fromHex("03 1100000000000000 0100 01000000 53 01000000 65 01000000 64");
    const QByteArray channel = QByteArray::fromHex(
        "04 1f00000000000000 0100 0100 02000000 2f74 03000000 636472 0a000000 01000000 6b 01000000 76");
    const QByteArray message =
        QByteArray::fromHex("05 1800000000000000 0100 07000000 0807060504030201 0900000000000000 6869");
    const auto crc = [](const QByteArray& of) {
        const auto value = static_cast<quint32>(
            ::crc32(0, reinterpret_cast<const Bytef*>(of.constData()), static_cast<uInt>(of.size())));
        QByteArray bytes(4, 0);
        qToLittleEndian(value, bytes.data());
        return bytes;
    };
    const auto u64 = [](qint64 value) {
        QByteArray bytes(8, 0);
        qToLittleEndian(value, bytes.data());
        return bytes;
    };
    const QByteArray magic = QByteArray::fromHex("894d4341 50300d0a");
    QByteArray data = magic + QByteArray::fromHex("01 0a00000000000000 01000000 70 01000000 6c");
    data += schema + channel;
    const qint64 chunkAt = data.size();
    const QByteArray chunk = QByteArray::fromHex("06 4900000000000000 0807060504030201 0807060504030201"
                                                 "2100000000000000") +
                             crc(message) + QByteArray::fromHex("00000000 2100000000000000") + message;
    data += chunk;
    const qint64 indexAt = data.size();
    const QByteArray index = QByteArray::fromHex("07 1600000000000000 0100 10000000 0807060504030201 0000000000000000");
    data += index;
    const QByteArray dataCrc = crc(data);
    data += QByteArray::fromHex("0f 0400000000000000") + dataCrc;
    const qint64 summaryAt = data.size();
    const QByteArray statistics =
        QByteArray::fromHex("0b 3800000000000000 0100000000000000 0100 01000000 00000000 00000000 01000000"
                            "0807060504030201 0807060504030201 0a000000 0100 0100000000000000");
    const QByteArray chunkIndex = QByteArray::fromHex("08 4a00000000000000 0807060504030201 0807060504030201") +
                                  u64(chunkAt) + u64(chunk.size()) + QByteArray::fromHex("0a000000 0100") +
                                  u64(indexAt) + u64(index.size()) + QByteArray::fromHex("00000000") +
                                  u64(message.size()) + u64(message.size());
    QByteArray summary = schema + channel + statistics + chunkIndex;
    const qint64 offsetsAt = summaryAt + summary.size();
    qint64 at = summaryAt;
    for (const auto& [op, group] : {std::pair{"03", schema}, std::pair{"04", channel}, std::pair{"0b", statistics},
                                    std::pair{"08", chunkIndex}}) {
        summary += QByteArray::fromHex("0e 1100000000000000") + QByteArray::fromHex(op) + u64(at) + u64(group.size());
        at += group.size();
    }
    summary += QByteArray::fromHex("02 1400000000000000") + u64(summaryAt) + u64(offsetsAt);
    data += summary + crc(summary) + magic;

    const auto content = files.content(kPath);
    const QByteArray written(reinterpret_cast<const char*>(content.data()), static_cast<qsizetype>(content.size()));
    for (qsizetype i = 0; i < qMin(written.size(), data.size()); ++i)
        QVERIFY2(written[i] == data[i], qPrintable(QString("byte %1: %2 is not %3")
                                                       .arg(i)
                                                       .arg(QString(written.mid(i, 40).toHex(' ')))
                                                       .arg(QString(data.mid(i, 40).toHex(' ')))));
    QCOMPARE(written.size(), data.size());
}

void TestMcap::roundTrips_data()
{
    QTest::addColumn<int>("compression");
    QTest::addColumn<int>("chunkBytes");
    QTest::addColumn<int>("payload");
    QTest::newRow("one chunk per flush") << 0 << (1 << 20) << 40;
    QTest::newRow("small chunks") << 0 << 3000 << 40;
    QTest::newRow("a message larger than a chunk") << 0 << 1000 << 2000;
    QTest::newRow("empty messages") << 0 << 3000 << 0;
    QTest::newRow("zstd") << 2 << (1 << 20) << 40;
    QTest::newRow("zstd, message larger than a chunk") << 2 << 5000 << 6000;
    QTest::newRow("messages beside the buffer") << 0 << (1 << 20) << (300 << 10);
}

void TestMcap::roundTrips()
{
    QFETCH(const int, compression);
    QFETCH(const int, chunkBytes);
    QFETCH(const int, payload);
    const int count = payload > 100'000 ? 30 : 1200;
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.chunkBytes = static_cast<std::size_t>(chunkBytes),
                                          .compression = static_cast<McapCompression>(compression)});
    const std::vector<Got> written = writeSample(*writer, count, static_cast<std::size_t>(payload));
    QVERIFY(writer->finish().has_value());
    QCOMPARE(writer->size(), std::uint64_t{files.content(kPath).size()});

    const auto reader = newReader(files);
    QVERIFY(reader->isFinished());
    QCOMPARE(reader->header().profile, std::string("ros2"));
    QCOMPARE(reader->summary().statistics.messageCount, std::uint64_t{written.size()});
    QVERIFY(readAllMessages(*reader) == written);
    QVERIFY(readAllMessages(*reader, {}, McapOrder::File) == written);
    QCOMPARE(reader->schemaOf(*reader->channelOf("/slow"))->name, std::string("std_msgs/msg/String"));

    // The scan must come to the same summary.
    auto file = files.open(kPath, OpenMode::Read);
    const auto scan = scanMcap(**file);
    QVERIFY(scan.has_value() && scan->damage.empty() && scan->hasDataEnd);
    const std::uint64_t end = scan->goodEnd;
    const auto content = files.content(kPath);
    const auto closing = closingSection(scan->summary, end, crc32(std::span(content).first(end)));
    QVERIFY(
        std::equal(closing.begin(), closing.end(), content.begin() + static_cast<std::ptrdiff_t>(end), content.end()));
}

void TestMcap::filtersByChannelAndTime()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.chunkBytes = 3000});
    const std::vector<Got> written = writeSample(*writer, 1200);
    QVERIFY(writer->finish().has_value());
    const auto reader = newReader(files);
    const auto got = readAllMessages(*reader, {.channels = {3}, .from = 100'000'000, .to = 900'000'003});
    std::vector<Got> wanted;
    for (const Got& message : written)
        if (message.channel == 3 && message.time >= 100'000'000 && message.time < 900'000'003)
            wanted.push_back(message);
    QCOMPARE(wanted.size(), std::size_t{9});
    QVERIFY(got == wanted);
}

void TestMcap::ordersByTimeAcrossOverlappingChunks()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files);
    const auto channel = writer->addChannel(0, "/t", "json");
    std::vector<Got> wanted;
    for (const int start : {50, 0, 25, 100}) {
        for (int i = 0; i < 40; ++i) {
            const std::int64_t time = start + 2 * (39 - i);
            QVERIFY(writer->write({*channel, 0, time, time, bytesOf(std::to_string(start))}).has_value());
            wanted.push_back({*channel, 0, time, std::to_string(start)});
        }
        QVERIFY(writer->closeChunk().has_value());
    }
    QVERIFY(writer->finish().has_value());
    std::stable_sort(wanted.begin(), wanted.end(), [](const Got& a, const Got& b) { return a.time < b.time; });
    const auto reader = newReader(files);
    QVERIFY(readAllMessages(*reader) == wanted);
}

void TestMcap::keepsMetadataAndAttachments()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files);
    const auto channel = writer->addChannel(0, "/t", "json");
    QVERIFY(writer->write({*channel, 0, 5, 5, bytesOf("x")}).has_value());
    QVERIFY(writer->addMetadata("m", {{"a", "1"}, {"b", "2"}}).has_value());
    QVERIFY(writer->addAttachment("note.txt", "text/plain", 3, bytesOf("content")).has_value());
    QVERIFY(writer->finish().has_value());
    const auto reader = newReader(files);
    QVERIFY(reader->isFinished());
    const auto metadata = reader->metadata(reader->summary().metadata.at(0));
    QVERIFY(metadata.has_value());
    QCOMPARE(metadata->values.at("b"), std::string("2"));
    QVERIFY(reader->attachment(reader->summary().attachments.at(0)).value() == bytesOf("content"));

    auto damaged = files.content(kPath);
    const auto original = bytesOf("content");
    const auto changed = bytesOf("CONTENT");
    std::ranges::copy(changed, std::ranges::search(damaged, original).begin());
    files.setContent(kPath, damaged);
    const auto again = newReader(files);
    QVERIFY(!again->attachment(again->summary().attachments.at(0)).has_value());
}

void TestMcap::sameCallsMakeTheSameBytes()
{
    std::vector<std::vector<std::byte>> contents;
    for (int i = 0; i < 2; ++i) {
        test::FaultyFileSystem files;
        const auto writer = newWriter(files, {.compression = McapCompression::Zstd});
        writeSample(*writer, 700);
        QVERIFY(writer->finish().has_value());
        contents.push_back(files.content(kPath));
    }
    QVERIFY(contents[0] == contents[1]);
}

/// An hour of an episode: a sync every 300 ms, each a chunk of ten streams.
void TestMcap::memoryDoesNotGrowWithTheLength()
{
    QTemporaryDir folder;
    PosixFileSystem files;
    const std::filesystem::path path = folder.filePath("hour.mcap").toStdString();
    constexpr int kChunks = 12'000;
    constexpr int kStreams = 10;
    const auto used = [] {
        const struct mallinfo2 held = ::mallinfo2();
        return static_cast<std::int64_t>(held.uordblks + held.hblkhd);
    };
    std::int64_t early = 0;
    std::int64_t late = 0;
    {
        const auto writer = newWriter(files, {}, path);
        for (int i = 0; i < kStreams; ++i) QVERIFY(writer->addChannel(0, "/" + std::to_string(i), "cdr", {}));
        for (int chunk = 0; chunk < kChunks; ++chunk) {
            if (chunk == kChunks / 10) early = used();
            for (std::uint16_t channel = 1; channel <= kStreams; ++channel)
                QVERIFY(writer->write({.channelId = channel, .logTime = chunk, .publishTime = chunk}));
            QVERIFY(writer->closeChunk());
        }
        late = used();
        qInfo("an hour of chunk indexes: %lld bytes grown over its last nine tenths",
              static_cast<long long>(late - early));
        QVERIFY(late - early < 100'000);
        QVERIFY(writer->finish());
    }
    auto opened = files.open(path, OpenMode::Read);
    QVERIFY(opened);
    auto reader = McapReader::open(std::move(*opened));
    QVERIFY(reader);
    QVERIFY((*reader)->isFinished());
    QCOMPARE((*reader)->summary().chunks.size(), std::size_t{kChunks});
    const std::vector<Got> all = readAllMessages(**reader, {.channels = {7}});
    QCOMPARE(all.size(), std::size_t{kChunks});
    for (int i = 0; i < kChunks; ++i) QCOMPARE(all[static_cast<std::size_t>(i)].time, i);

    // What a scan finds is what the summary says; the spilled records are no damage.
    const auto again = files.open(path, OpenMode::Read);
    QVERIFY(again);
    const auto scan = scanMcap(**again);
    QVERIFY(scan);
    QVERIFY(scan->damage.empty());
    QCOMPARE(scan->summary.chunks.size(), std::size_t{kChunks});
    for (std::size_t i = 0; i < kChunks; ++i) {
        QCOMPARE(scan->summary.chunks[i].offset, (*reader)->summary().chunks[i].offset);
        QCOMPARE(scan->summary.chunks[i].messageIndexes.size(), std::size_t{kStreams});
    }
}

void TestMcap::readsWithoutFooter()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files);
    std::vector<Got> written = writeSample(*writer, 1250);
    files.losePower();
    while (written.back().sequence >= 1000) written.pop_back();
    const auto reader = newReader(files);
    QVERIFY(!reader->isFinished());
    QVERIFY(reader->damage().empty());
    QCOMPARE(reader->summary().statistics.messageCount, std::uint64_t{written.size()});
    QVERIFY(readAllMessages(*reader) == written);
}

void TestMcap::everyCutLosesOnlyTheTail()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.chunkBytes = 700});
    const std::vector<Got> written = writeSample(*writer, 30);
    QVERIFY(writer->finish().has_value());
    const auto whole = files.content(kPath);
    std::size_t before = 0;
    for (std::size_t size = kMcapMagic.size(); size < whole.size(); ++size) {
        files.setContent(kPath, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
        const auto reader = newReader(files);
        QVERIFY(!reader->isFinished());
        const auto got = readAllMessages(*reader);
        QVERIFY(got.size() >= before);
        QVERIFY(std::equal(got.begin(), got.end(), written.begin()));
        before = got.size();
    }
    QCOMPARE(before, written.size());
}

void TestMcap::everyFlippedByteIsSurvivedAndNoDamageIsSilent()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.chunkBytes = 700, .compression = McapCompression::Zstd});
    const std::vector<Got> written = writeSample(*writer, 24);
    QVERIFY(writer->finish().has_value());
    const auto whole = files.content(kPath);
    const std::size_t chunks = newReader(files)->summary().chunks.size();
    QVERIFY(chunks >= 3);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int flip : {0xFF, 0x01}) {
            auto damaged = whole;
            damaged[at] ^= static_cast<std::byte>(flip);
            files.setContent(kPath, damaged);
            auto file = files.open(kPath, OpenMode::Read);
            const auto reader = McapReader::open(std::move(*file));
            if (!reader) {
                QVERIFY(at < kMcapMagic.size());
                continue;
            }
            McapMessages pass = (*reader)->messages();
            std::size_t count = 0;
            while (true) {
                const auto message = pass.next();
                QVERIFY(message.has_value());
                if (*message == nullptr) break;
                const auto same = [&](const Got& got) {
                    return got.channel == (*message)->channelId && got.sequence == (*message)->sequence &&
                           got.time == (*message)->logTime && got.data.size() == (*message)->data.size() &&
                           std::memcmp(got.data.data(), (*message)->data.data(), got.data.size()) == 0;
                };
                QVERIFY(std::any_of(written.begin(), written.end(), same));
                ++count;
            }
            // At most one chunk is lost, and never without a word.
            QVERIFY2(count + 3 * written.size() / (2 * chunks) >= written.size(), qPrintable(QString::number(at)));
            if (count < written.size())
                QVERIFY2(!pass.damage().empty() || !(*reader)->damage().empty(),
                         qPrintable(QString("byte %1 of %2, %3 messages").arg(at).arg(whole.size()).arg(count)));
        }
    }
}

void TestMcap::findsItsWayBehindAHole()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.chunkBytes = 5000});
    const std::vector<Got> written = writeSample(*writer, 400);
    QVERIFY(writer->flush().has_value());
    auto bytes = files.content(kPath);
    const std::size_t hole = bytes.size() / 2;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(hole), 3000, std::byte{0});
    files.setContent(kPath, bytes);
    const auto reader = newReader(files);
    QVERIFY(!reader->damage().empty());
    QVERIFY(reader->damage()[0].offset <= hole + 3000);
    const auto got = readAllMessages(*reader);
    QVERIFY(got.size() > written.size() * 3 / 4 && got.size() < written.size());
    QVERIFY(got.front() == written.front() && got.back() == written.back());
}

void TestMcap::refusesWhatIsNotMcap()
{
    test::FaultyFileSystem files;
    for (const char* content : {"", "short", "this is certainly not an MCAP file at all"}) {
        files.setContent(kPath, bytesOf(content));
        const auto reader = McapReader::open(*files.open(kPath, OpenMode::Read));
        QVERIFY(!reader.has_value());
        QVERIFY(reader.error().message.find("not an MCAP file") != std::string::npos);
    }
}

void TestMcap::boundsWhatAHostileFileAsksFor()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files, {.compression = McapCompression::Zstd});
    const auto channel = writer->addChannel(0, "/t", "json");
    for (int i = 0; i < 8; ++i) {
        // Eight chunks of zeros that all cover the same time: small on disk, large unpacked.
        for (const std::int64_t time : {0, 1000})
            QVERIFY(writer->write({*channel, 0, time, time, std::vector<std::byte>(400'000)}).has_value());
        QVERIFY(writer->closeChunk().has_value());
    }
    QVERIFY(writer->finish().has_value());
    QVERIFY(files.content(kPath).size() < 20'000);

    const auto overlapping = newReader(files, {.openBytes = 3'000'000});
    McapMessages pass = overlapping->messages();
    Result<const McapMessage*> message = pass.next();
    while (message && *message != nullptr) message = pass.next();
    QVERIFY(!message.has_value());
    QVERIFY(message.error().message.find("in the order of the file") != std::string::npos);
    QCOMPARE(readAllMessages(*overlapping, {}, McapOrder::File).size(), std::size_t{16});

    const auto tight = newReader(files, {.chunkBytes = 500'000});
    McapMessages left = tight->messages();
    QVERIFY(left.next().value() == nullptr);
    QCOMPARE(left.damage().size(), std::size_t{8});
}

void TestMcap::afterAnErrorNothingIsTaken()
{
    test::FaultyFileSystem files;
    const auto writer = newWriter(files);
    const std::vector<Got> written = writeSample(*writer, 500);
    files.failSyncs = true;
    QVERIFY(writer->write({1, 0, 9'000'000'000, 0, {}}).has_value());
    QVERIFY(!writer->flush().has_value());
    files.failSyncs = false;
    QVERIFY(!writer->flush().has_value());
    QVERIFY(!writer->write({1, 0, 0, 0, {}}).has_value());
    QVERIFY(!writer->finish().has_value());
    files.losePower();
    QVERIFY(readAllMessages(*newReader(files)) == written);
}

QTEST_APPLESS_MAIN(TestMcap)
#include "tst_mcap.moc"
