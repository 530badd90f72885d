// How many injected defects the quality checks catch, and how many clean episodes they blame.
//   quality_study LIBRARY [CLEAN] [DEFECTS] [SEED]
// Takes every episode of a library as a clean base, varies it (start and end, sensor noise, brightness, arrival), and
// puts each defect of qualitydefects.cpp into it with a size drawn between 1.2 and 5 times the threshold. Prints a
// table.
#include <cstdio>
#include <cstdlib>

#include <QCoreApplication>
#include <QTemporaryDir>

#include "storage/quality/qualitylibrary.h"
#include "storage/read/episodereader.h"
#include "support/libraryfixture.h"
#include "support/qualitydefects.h"

using namespace understudy;
using namespace understudy::test;
namespace fs = std::filesystem;

namespace {

struct Base {
    RecordedTake recorded;
    std::string robot;
    fs::path folder;
    EpisodeRow row;
};

RecordedTake load(FileSystem& files, const fs::path& folder, const EpisodeRow& row)
{
    const auto reader = must(EpisodeReader::open(files, folder));
    RecordedTake recorded;
    recorded.take.episode = reader->info();
    recorded.take.episode.row = row;
    recorded.take.begin = reader->info().clock.fromUnix(row.startedAtNs);
    std::map<std::string, std::size_t> streams;
    std::map<std::size_t, std::unique_ptr<Mp4Reader>> videos;
    std::map<std::size_t, std::map<std::uint64_t, std::size_t>> places;
    for (const StoredStream& stream : reader->streams()) {
        const std::size_t at = recorded.take.streams.size();
        streams[stream.info.name] = at;
        recorded.take.streams.push_back(stream.info);
        if (stream.info.kind != "camera") continue;
        videos[at] = must(Mp4Reader::open(files, folder / (stream.info.name + ".mp4"), {}, DecodeEffort::Rough));
        for (std::size_t i = 0; i < videos[at]->size(); ++i) places[at][videos[at]->index().samples[i].offset] = i;
    }
    EpisodeValues values = reader->values();
    while (const EpisodeSample* next = must(values.next())) {
        TakeSample sample{.stream = streams[next->stream->name], .value = *next->value, .picture = {}};
        if (auto* packet = std::get_if<PacketLocation>(&sample.value)) {
            // Every picture is looked at, as live.
            const Image image = must(videos[sample.stream]->quarterAt(places[sample.stream].at(packet->offset)));
            const auto* grey = reinterpret_cast<const std::uint8_t*>(image.data.data());
            sample.picture = {image.width, image.height, {grey, grey + image.data.size()}};
            packet->key = true;
        }
        recorded.end = std::max(recorded.end, captureOf(sample.value));
        recorded.samples.push_back(std::move(sample));
    }
    return recorded;
}

/// Another clean episode out of a clean one.
RecordedTake varied(const RecordedTake& base, std::mt19937& random)
{
    RecordedTake other;
    other.take = base.take;
    std::uniform_int_distribution<Duration> cut(0, 800 * kMillisecond);
    other.take.begin = base.take.begin + cut(random);
    const Timestamp last = base.end - cut(random) / 2;
    std::normal_distribution<double> position(0, 2e-5);
    std::exponential_distribution<double> transit(5000);
    const double gain = std::uniform_real_distribution<double>(0.9, 1.1)(random);
    const double shift = std::uniform_real_distribution<double>(-8, 8)(random);
    for (const TakeSample& sample : base.samples) {
        const Timestamp time = captureOf(sample.value);
        if (time < other.take.begin || time > last) continue;
        TakeSample copy = sample;
        std::visit(
            [&](auto& value) {
                if constexpr (requires { value.stamps; }) value.stamps.arrival += fromSeconds(transit(random));
            },
            copy.value);
        if (auto* state = std::get_if<RobotState>(&copy.value))
            for (double& value : state->position) value += position(random);
        for (std::uint8_t& pixel : copy.picture.pixels)
            pixel = static_cast<std::uint8_t>(
                std::clamp(static_cast<int>(gain * pixel + shift) + static_cast<int>(random() % 3) - 1, 0, 255));
        other.samples.push_back(std::move(copy));
        other.end = std::max(other.end, time);
    }
    return other;
}

struct Share {
    int hits = 0;
    int all = 0;
};

/// Wilson's interval, 95 %.
std::string text(const Share& share)
{
    if (share.all == 0) return "—";
    constexpr double kZ = 1.96;
    const double n = share.all;
    const double p = share.hits / n;
    const double middle = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
    const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
    char line[128];
    std::snprintf(line, sizeof line, "%d of %d, %.1f %% (%.1f–%.1f)", share.hits, share.all, 100 * p,
                  100 * std::max(0.0, middle - half), 100 * std::min(1.0, middle + half));
    return line;
}

/// Damages one video of a copy of the episode; the files' own checks must find it.
bool damagedVideoIsCaught(FileSystem& files, const Base& base, std::mt19937& random, const fs::path& scratch)
{
    fs::remove_all(scratch);
    fs::copy(base.folder, scratch, fs::copy_options::recursive);
    const auto& cameras = base.recorded.take.episode.cameras;
    const fs::path video = scratch / cameras[random() % cameras.size()].file;
    const std::uint64_t size = fs::file_size(video);
    switch (random() % 3) {
    case 0:
        fs::resize_file(video, size * (20 + random() % 70) / 100);
        break;
    case 1: {
        std::string bytes = textOf(video);
        const std::size_t from = bytes.size() * (20 + random() % 50) / 100;
        for (std::size_t i = from; i < std::min(bytes.size(), from + bytes.size() / 5); ++i)
            bytes[i] = static_cast<char>(random());
        writeText(video, bytes);
        break;
    }
    default:
        fs::resize_file(video, random() % 200);
    }
    const Result<EpisodeQuality> found =
        checkEpisodeQuality(files, scratch, {.row = base.row, .cards = {}, .history = {}, .settings = {}});
    if (!found) return true;
    return std::ranges::any_of(found->report.findings,
                               [](const Finding& finding) { return !finding.pass && finding.check == "video_file"; });
}

}  // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    if (argc < 2) {
        std::fprintf(stderr, "quality_study LIBRARY [CLEAN] [DEFECTS] [SEED]\n");
        return 2;
    }
    const int cleanWanted = argc > 2 ? std::atoi(argv[2]) : 300;
    const int defectsWanted = argc > 3 ? std::atoi(argv[3]) : 200;
    std::mt19937 random(argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1U);
    PosixFileSystem files;
    const fs::path library = argv[1];
    const auto reader = must(LibraryReader::open(library));
    std::vector<Base> bases;
    for (const EpisodeRow& row : must(reader->list({}, 1000)).episodes) {
        bases.push_back({load(files, library / row.path, row), row.robot, library / row.path, row});
        std::fprintf(stderr, "%s %s %.1f s\n", row.robot.c_str(), row.id.c_str(),
                     toSeconds(bases.back().recorded.end - bases.back().recorded.take.begin));
    }
    // What each camera of each robot usually looks like: the median over its episodes.
    for (Base& base : bases) {
        std::map<std::string, std::vector<double>> seen;
        for (const Base& other : bases)
            if (other.robot == base.robot && other.row.taskId == base.row.taskId)
                for (const auto& [camera, value] : fold(other.recorded).sharpness()) seen[camera].push_back(value);
        for (auto& [camera, values] : seen) {
            std::ranges::sort(values);
            base.recorded.take.history.sharpness[camera] = values[values.size() / 2];
        }
    }

    Share blamed;
    std::map<std::string, Share> blames;
    for (int i = 0; i < cleanWanted; ++i) {
        const Base& base = bases[static_cast<std::size_t>(i) % bases.size()];
        const QualityReport report = check(varied(base.recorded, random));
        ++blamed.all;
        if (report.verdict() == QualityVerdict::Clean) continue;
        ++blamed.hits;
        for (const Finding& finding : report.findings)
            if (!finding.pass && finding.weight != CheckWeight::Info) {
                ++blames[finding.check].hits;
                std::fprintf(stderr, "clean %s blamed: %s %s %.4f %s\n", base.robot.c_str(), finding.check.c_str(),
                             finding.stream.c_str(), finding.value, finding.reason.c_str());
            }
    }
    std::printf("%zu base episodes; clean episodes blamed: %s\n\n| defect | caught |\n| --- | --- |\n", bases.size(),
                text(blamed).c_str());
    Share everything;
    for (const Defect& defect : qualityDefects()) {
        Share caught;
        int attempts = 0;
        for (int i = 0; caught.all < defectsWanted && attempts < 4 * defectsWanted; ++attempts, ++i) {
            const Base& base = bases[static_cast<std::size_t>(i) % bases.size()];
            RecordedTake recorded = varied(base.recorded, random);
            const double size = std::uniform_real_distribution<double>(1.2, 5)(random);
            if (!defect.inject(recorded, size, random)) continue;
            ++caught.all;
            if (isCaught(defect, check(recorded))) {
                ++caught.hits;
                continue;
            }
            std::fprintf(stderr, "missed %s, size %.2f, %s\n", defect.name.data(), size, base.robot.c_str());
        }
        everything.hits += caught.hits;
        everything.all += caught.all;
        std::printf("| %s | %s |\n", defect.name.data(), text(caught).c_str());
        std::fflush(stdout);
    }
    Share videos;
    const QTemporaryDir scratch;
    for (int i = 0; i < defectsWanted; ++i) {
        ++videos.all;
        if (damagedVideoIsCaught(files, bases[static_cast<std::size_t>(i) % bases.size()], random,
                                 scratch.path().toStdString() + "/episode"))
            ++videos.hits;
    }
    std::printf("| unreadable or short video | %s |\n", text(videos).c_str());
    everything.hits += videos.hits;
    everything.all += videos.all;
    std::printf("| all | %s |\n", text(everything).c_str());
    for (const auto& [check, share] : blames) std::printf("blamed by %s: %d\n", check.c_str(), share.hits);
    return 0;
}
