#pragma once

#include <filesystem>
#include <functional>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QProcess>

#include "core/file.h"
#include "core/image.h"
#include "core/media/fragmentedmp4writer.h"
#include "core/media/videoencoder.h"

/// Pictures that carry their number, so that a test can tell which one it got back after lossy coding.
namespace understudy::test {

inline constexpr int kPatternWidth = 128;
inline constexpr int kPatternHeight = 96;
inline constexpr int kPatternBits = 16;
inline constexpr int kPatternCell = 16;

/// The number as 16 black and white cells in two rows, above a moving gradient.
inline Image patternImage(int number, Timestamp capture)
{
    Image image;
    image.stamps = {capture / 2, capture, capture + kMillisecond};
    image.sequence = static_cast<std::uint64_t>(number);
    image.width = kPatternWidth;
    image.height = kPatternHeight;
    image.data.resize(image.bytesPerRow() * kPatternHeight);
    for (int y = 0; y < kPatternHeight; ++y) {
        for (int x = 0; x < kPatternWidth; ++x) {
            std::byte* pixel =
                &image.data[static_cast<std::size_t>(y) * image.bytesPerRow() + 3U * static_cast<unsigned>(x)];
            if (y < 2 * kPatternCell) {
                const int bit = y / kPatternCell * (kPatternBits / 2) + x / kPatternCell;
                const auto value = static_cast<std::byte>(number >> bit & 1 ? 235 : 20);
                pixel[0] = pixel[1] = pixel[2] = value;
            } else {
                pixel[0] = static_cast<std::byte>((x + number) % 256);
                pixel[1] = static_cast<std::byte>((2 * y + 3 * number) % 256);
                pixel[2] = static_cast<std::byte>(128);
            }
        }
    }
    return image;
}

/// The number a decoded picture carries.
inline int patternNumber(const Image& image)
{
    int number = 0;
    for (int bit = 0; bit < kPatternBits; ++bit) {
        const int x = bit % (kPatternBits / 2) * kPatternCell + kPatternCell / 2;
        const int y = bit / (kPatternBits / 2) * kPatternCell + kPatternCell / 2;
        const std::size_t at = static_cast<std::size_t>(y) * image.bytesPerRow() + 3U * static_cast<unsigned>(x);
        if (std::to_integer<int>(image.data.at(at)) > 127) number |= 1 << bit;
    }
    return number;
}

inline Result<std::vector<PacketLocation>> recordPattern(FileSystem& files, const std::filesystem::path& path,
                                                         int count, const std::function<Timestamp(int)>& capture,
                                                         EncoderPreset preset = EncoderPreset::Ultrafast)
{
    VideoEncoderOptions options;
    options.width = kPatternWidth;
    options.height = kPatternHeight;
    options.preset = preset;
    auto encoder = VideoEncoder::create(options);
    if (!encoder) return tl::unexpected(encoder.error());
    auto file = files.open(path, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    auto writer = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
    if (!writer) return tl::unexpected(writer.error());
    std::vector<PacketLocation> all;
    for (int i = 0; i < count; ++i) {
        const auto packet = (*encoder)->encode(patternImage(i, capture(i)));
        if (!packet) return tl::unexpected(packet.error());
        const auto done = (*writer)->write(*packet);
        if (!done) return done;
        all.insert(all.end(), done->begin(), done->end());
    }
    const auto done = (*writer)->finish();
    if (!done) return done;
    all.insert(all.end(), done->begin(), done->end());
    return all;
}

struct ProbedImage {
    double seconds = 0;
    bool key = false;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
};

inline QByteArray runProbe(const std::filesystem::path& path, const QStringList& arguments)
{
    QProcess process;
    process.start("ffprobe", QStringList{"-v", "error", "-of", "json"} + arguments + QStringList{path.c_str()});
    process.waitForFinished(-1);
    return process.readAllStandardOutput();
}

/// What ffprobe says of each packet.
inline QList<ProbedImage> probe(const std::filesystem::path& path)
{
    QList<ProbedImage> images;
    const QJsonDocument document = QJsonDocument::fromJson(runProbe(path, {"-show_packets"}));
    for (const QJsonValue& value : document.object()["packets"].toArray()) {
        const QJsonObject packet = value.toObject();
        images.append({packet["pts_time"].toString().toDouble(), packet["flags"].toString().startsWith('K'),
                       packet["pos"].toString().toULongLong(), packet["size"].toString().toUInt()});
    }
    return images;
}

/// How many images ffprobe decodes.
inline int decodedImageCount(const std::filesystem::path& path)
{
    const QByteArray output = runProbe(path, {"-count_frames", "-show_entries", "stream=nb_read_frames"});
    const QJsonArray streams = QJsonDocument::fromJson(output).object()["streams"].toArray();
    return streams.isEmpty() ? -1 : streams[0].toObject()["nb_read_frames"].toString().toInt();
}

}  // namespace understudy::test
