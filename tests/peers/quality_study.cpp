// How many injected defects the quality checks catch, and how many clean takes they blame.
//   quality_study LEFT.bvh [CLEAN] [DEFECTS] [SEED]
// Clean takes are simulated (support/simulatedtake.h): three robots, each driven by the project's own motion and by the
// left-handed one that quality_motion.py writes, every take a run of its own. Each defect of qualitydefects.cpp is put
// into takes of other seeds, with a size drawn between 1.2 and 5 times the threshold; videos are damaged in recorded
// files. What is usual (sharpness) comes from a third set of seeds. Prints tables, with what clean takes reach of each
// check.
#include <cstdio>
#include <cstdlib>
#include <set>

#include <QCoreApplication>

#include "app/shipped.h"
#include "storage/quality/qualitylibrary.h"
#include "storage/recordingrig.h"
#include "support/libraryfixture.h"
#include "support/qualitydefects.h"
#include "support/shared.h"
#include "support/simulatedtake.h"

using namespace understudy;
using namespace understudy::test;
namespace fs = std::filesystem;

namespace {

constexpr int kPoolPerKind = 6;  ///< takes that defects are put into
constexpr int kUsualPerKind = 5;

struct Kind {
    std::string name;
    SimulatedTakeOptions options;
    std::map<std::string, double> sharpness;
};

std::vector<RobotModel> robots()
{
    std::vector<RobotModel> models;
    models.push_back(must(RobotModel::load(must(findRobot("understudy_one")))));
    for (const char* file : {"robots/unitree_g1/g1_29dof.xml", "robots/booster_t1/t1_mocap.xml"})
        models.push_back(must(RobotModel::load(shared(file))));
    return models;
}

std::vector<MotionPlayback> motions(const fs::path& left)
{
    std::vector<MotionPlayback> played;
    for (const fs::path& file : {must(findMotion("")), left})
        played.emplace_back(must(BvhMotion::load(file)), must(MotionScript::beside(file)));
    return played;
}

RecordedTake takeOf(const Kind& kind, unsigned seed)
{
    RecordedTake take = must(simulatedTake(kind.options, seed));
    take.take.history.sharpness = kind.sharpness;
    return take;
}

void learnWhatIsUsual(Kind& kind, unsigned seed)
{
    std::map<std::string, std::vector<double>> seen;
    for (int i = 0; i < kUsualPerKind; ++i)
        for (const auto& [camera, value] : fold(takeOf(kind, seed + static_cast<unsigned>(i))).sharpness())
            seen[camera].push_back(value);
    for (auto& [camera, values] : seen) {
        std::ranges::sort(values);
        kind.sharpness[camera] = values[values.size() / 2];
    }
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

/// Recorded files of a test's rig: three takes, two cameras.
struct RecordedFiles {
    LibraryFixture library;
    PosixFileSystem files;
    std::vector<EpisodeFile> takes;

    RecordedFiles()
    {
        const SteadyClock clock;
        MemoryLedger ledger;
        const auto recorder = must(Recorder::create({.library = library.folder()}, files, clock, ledger));
        RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        must(recorder->start(session));
        rig.start();
        std::this_thread::sleep_for(std::chrono::milliseconds(1200));
        for (int take = 0; take < 3; ++take) {
            must(recorder->startTake({.taskId = library.task(), .task = "Pick the cup"}));
            std::this_thread::sleep_for(std::chrono::milliseconds(2000));
            must(recorder->endTake({.outcome = Outcome::Success}));
        }
        rig.stop();
        recorder->stop();
        takes = ledger.begun;
    }

    /// Damages one video of a copy; the files' own checks must find it.
    bool damagedVideoIsCaught(std::mt19937& random)
    {
        const EpisodeFile& take = takes[random() % takes.size()];
        const fs::path scratch = library.folder().parent_path() / "scratch";
        fs::remove_all(scratch);
        fs::copy(library.folder() / take.row.path, scratch, fs::copy_options::recursive);
        damage(scratch / (random() % 2 == 0 ? "head.mp4" : "wrist.mp4"), random);
        const Result<EpisodeQuality> found =
            checkEpisodeQuality(files, scratch, {.row = take.row, .cards = {}, .history = {}, .settings = {}});
        if (!found) return true;
        return std::ranges::any_of(found->report.findings, [](const Finding& finding) {
            return !finding.pass && finding.check == "video_file";
        });
    }

private:
    static void damage(const fs::path& video, std::mt19937& random)
    {
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
    }
};

/// What clean takes reach of each check that counts: the greatest value, or the least where falling below fails.
class Reached {
public:
    void add(const QualityReport& report)
    {
        for (const Finding& finding : report.findings) m_values[finding.check].push_back(finding.value);
    }
    void print() const
    {
        std::printf("\n| check | limit | clean takes reach |\n| --- | --- | --- |\n");
        const CheckSettings defaults;
        for (const CheckRow& row : checkTable()) {
            const auto found = m_values.find(std::string(row.name));
            if (found == m_values.end() || row.weight == CheckWeight::Info) continue;
            const auto [least, greatest] = std::ranges::minmax(found->second);
            std::printf("| %s | %g | %.4g to %.4g |\n", std::string(row.name).c_str(), defaults.limit(row.name), least,
                        greatest);
        }
    }

private:
    std::map<std::string, std::vector<double>> m_values;
};

void studyClean(const std::vector<Kind>& kinds, int wanted, unsigned seed)
{
    Share blamed;
    std::map<std::string, int> blames;
    Reached reached;
    for (int i = 0; i < wanted; ++i) {
        const Kind& kind = kinds[static_cast<std::size_t>(i) % kinds.size()];
        const QualityReport report = check(takeOf(kind, seed + static_cast<unsigned>(i)));
        reached.add(report);
        ++blamed.all;
        if (report.verdict() == QualityVerdict::Clean) continue;
        ++blamed.hits;
        std::set<std::string> counted;
        for (const Finding& finding : report.findings) {
            if (finding.pass || finding.weight == CheckWeight::Info) continue;
            if (counted.insert(finding.check).second) ++blames[finding.check];
            std::fprintf(stderr, "clean %s (seed %u) blamed: %s %s %.4f %s\n", kind.name.c_str(),
                         seed + static_cast<unsigned>(i), finding.check.c_str(), finding.stream.c_str(), finding.value,
                         finding.reason.c_str());
        }
    }
    std::printf("clean takes blamed: %s\n", text(blamed).c_str());
    for (const auto& [check, count] : blames) std::printf("  blamed by %s: %d\n", check.c_str(), count);
    reached.print();
    std::fflush(stdout);
}

void studyDefects(const std::vector<Kind>& kinds, int wanted, unsigned seed, std::mt19937& random)
{
    std::vector<RecordedTake> pool;
    for (int i = 0; i < kPoolPerKind; ++i)
        for (const Kind& kind : kinds) pool.push_back(takeOf(kind, seed + static_cast<unsigned>(pool.size())));
    std::printf("\n| defect | caught |\n| --- | --- |\n");
    Share everything;
    const auto print = [&](const std::string& name, const Share& share) {
        everything.hits += share.hits;
        everything.all += share.all;
        std::printf("| %s | %s |\n", name.c_str(), text(share).c_str());
        std::fflush(stdout);
    };
    for (const Defect& defect : qualityDefects()) {
        Share caught;
        for (int attempt = 0; caught.all < wanted && attempt < 4 * wanted; ++attempt) {
            RecordedTake recorded = pool[static_cast<std::size_t>(attempt) % pool.size()];
            const double size = std::uniform_real_distribution<double>(1.2, 5)(random);
            if (!defect.inject(recorded, size, random)) continue;
            ++caught.all;
            if (isCaught(defect, check(recorded)))
                ++caught.hits;
            else
                std::fprintf(stderr, "missed %s, size %.2f, %s\n", std::string(defect.name).c_str(), size,
                             recorded.take.episode.row.robot.c_str());
        }
        print(std::string(defect.name), caught);
    }
    RecordedFiles recorded;
    Share videos;
    for (; videos.all < wanted; ++videos.all) videos.hits += recorded.damagedVideoIsCaught(random) ? 1 : 0;
    print("unreadable or short video", videos);
    std::printf("| all | %s |\n", text(everything).c_str());
}

}  // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const int clean = argc > 2 ? std::atoi(argv[2]) : 300;
    const int defects = argc > 3 ? std::atoi(argv[3]) : 200;
    const unsigned seed = argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1U;
    if (argc < 2 || !fs::exists(shared("robots"))) {
        std::fprintf(stderr,
                     "quality_study LEFT.bvh [CLEAN] [DEFECTS] [SEED], with ../shared/robots beside the checkout\n");
        return 2;
    }
    const std::vector<RobotModel> models = robots();
    const std::vector<MotionPlayback> played = motions(argv[1]);
    std::vector<Kind> kinds;
    for (const RobotModel& model : models)
        for (const MotionPlayback& motion : played)
            kinds.push_back({.name = model.name() + " " + motion.motion().name(),
                             .options = {.model = &model,
                                         .motion = &motion,
                                         .task = motion.motion().name(),
                                         .instruction = "Do what the person does."},
                             .sharpness = {}});
    // Seeds of the three sets are far apart, whatever the first is.
    for (std::size_t i = 0; i < kinds.size(); ++i)
        learnWhatIsUsual(kinds[i], seed * 1'000'000 + 800'000 + 100 * static_cast<unsigned>(i));
    std::mt19937 random(seed);
    if (clean > 0) studyClean(kinds, clean, seed * 1'000'000);
    if (defects > 0) studyDefects(kinds, defects, seed * 1'000'000 + 500'000, random);
    return 0;
}
