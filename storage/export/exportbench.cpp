#include "storage/export/exportbench.h"

#include <chrono>
#include <cmath>

#include "core/media/mediabench.h"
#include "storage/export/lerobotexport.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

constexpr int kFps = 30;
constexpr int kJoints = 29;
constexpr std::int64_t kStart = 1'795'000'000'000'000'000;

Result<ExportEpisode> syntheticEpisode(FileSystem& files, const fs::path& folder, int seconds)
{
    ExportEpisode episode;
    episode.task = "measure the export";
    episode.robot = "synthetic";
    episode.fps = kFps;
    episode.reference = "head";
    const int rows = seconds * kFps;
    for (int row = 0; row < rows; ++row) episode.rows.push_back(kStart + row * kSecond / kFps);
    for (ExportVector* vector : {&episode.state, &episode.action}) {
        vector->valid.assign(static_cast<std::size_t>(rows), 1);
        for (int joint = 0; joint < kJoints; ++joint) vector->names.push_back("joint_" + std::to_string(joint));
        for (int i = 0; i < rows * kJoints; ++i) vector->values.push_back(static_cast<float>(std::sin(0.01 * i)));
    }
    for (const char* name : {"head", "left_wrist", "right_wrist"}) {
        ExportCamera camera;
        camera.name = name;
        camera.video = folder / (std::string(name) + ".mp4");
        camera.width = 640;
        camera.height = 480;
        camera.rateHz = kFps;
        for (int row = 0; row < rows; ++row)
            camera.rows.push_back({static_cast<std::uint32_t>(row), episode.rows[static_cast<std::size_t>(row)], true});
        const Result<void> recorded =
            recordSynthetic(files, camera.video, camera.width, camera.height, rows, EncoderPreset::Ultrafast, kStart);
        if (!recorded) return tl::unexpected(recorded.error());
        episode.cameras.push_back(std::move(camera));
    }
    return episode;
}

Result<ExportRate> measure(const fs::path& folder, int seconds, int episodes)
{
    PosixFileSystem files;
    const Result<ExportEpisode> episode = syntheticEpisode(files, folder, seconds);
    if (!episode) return tl::unexpected(episode.error());
    LeRobotExport wanted;
    wanted.to = folder / "dataset";
    for (int i = 0; i < episodes; ++i) wanted.episodes.push_back(std::to_string(i));
    wanted.load = [&](const std::string& id) -> Result<ExportEpisode> {
        ExportEpisode copy = *episode;
        copy.id = id;
        return copy;
    };
    const auto begin = std::chrono::steady_clock::now();
    const Result<ExportReport> report = exportLeRobot(files, wanted);
    if (!report) return tl::unexpected(report.error());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return ExportRate{static_cast<double>(report->rows) / took.count(), report->rows};
}

}  // namespace

Result<ExportRate> measureLeRobotExport(const fs::path& folder, int seconds, int episodes)
{
    const fs::path inside = folder / "understudy-export-bench";
    std::error_code error;
    fs::remove_all(inside, error);
    if (!fs::create_directories(inside, error))
        return fail("cannot create " + inside.string() + ": " + error.message());
    Result<ExportRate> rate = measure(inside, seconds, episodes);
    fs::remove_all(inside, error);
    return rate;
}

}  // namespace understudy
