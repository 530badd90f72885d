#include "storage/export/lerobotexport.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

/// Tells a folder that an earlier export left half done from one that belongs to somebody.
constexpr const char* kMarker = ".understudy-export";

Result<void> checkFree(const fs::path& to)
{
    std::error_code error;
    const fs::file_status status = fs::status(to, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (error) return fail("cannot look at " + to.string() + ": " + error.message());
    if (status.type() != fs::file_type::directory)
        return fail(to.string() + " is a file: name a folder that is new or empty");
    const bool empty = fs::is_empty(to, error);
    if (error) return fail("cannot look into " + to.string() + ": " + error.message());
    if (!empty) return fail(to.string() + " is not empty: name a folder that is new or empty, or delete it first");
    return {};
}

Result<void> removePartial(const fs::path& partial)
{
    std::error_code error;
    if (!fs::exists(fs::symlink_status(partial, error))) return {};
    if (!fs::exists(partial / kMarker, error))
        return fail(partial.string() + " is in the way and was not made by an export: move it away");
    fs::remove_all(partial, error);
    if (error) return fail("cannot remove " + partial.string() + ": " + error.message());
    return {};
}

Result<void> makePartial(FileSystem& files, const fs::path& partial)
{
    if (Result<void> made = files.createDirectories(partial); !made) return made;
    const Result<std::unique_ptr<File>> marker = files.open(partial / kMarker, OpenMode::Create);
    if (!marker) return tl::unexpected(marker.error());
    return {};
}

Result<ExportReport> writeAll(FileSystem& files, const LeRobotExport& wanted, const fs::path& partial)
{
    Result<std::unique_ptr<LeRobotWriter>> writer = LeRobotWriter::create(files, partial, wanted.limits);
    if (!writer) return tl::unexpected(writer.error());
    ExportReport report;
    for (std::size_t n = 0; n < wanted.episodes.size(); ++n) {
        const std::string& id = wanted.episodes[n];
        const auto cancelled = [&] {
            const ExportProgress progress{n, wanted.episodes.size(), id, (*writer)->rows()};
            return wanted.progress && wanted.progress(progress) == ExportControl::Cancel;
        };
        if (cancelled()) return fail("cancelled");
        std::string reason;
        if (const Result<ExportEpisode> episode = wanted.load(id); !episode) {
            reason = episode.error().message;
        } else {
            const Result<std::string> added = (*writer)->add(*episode, cancelled);
            if (!added) return tl::unexpected(added.error());
            reason = *added;
        }
        if (reason.empty()) continue;
        (*writer)->leaveOut(id, reason);
        report.skipped.push_back({id, reason});
    }
    if ((*writer)->episodes() == 0)
        return fail("none of the " + std::to_string(wanted.episodes.size()) + " episodes can be exported; the first, " +
                    report.skipped.front().id + ": " + report.skipped.front().reason);
    if (const Result<void> finished = (*writer)->finish(); !finished) return tl::unexpected(finished.error());
    report.episodes = (*writer)->episodes();
    report.rows = (*writer)->rows();
    return report;
}

}  // namespace

Result<ExportReport> exportLeRobot(FileSystem& files, const LeRobotExport& wanted)
{
    if (wanted.episodes.empty()) return fail("no episode was chosen: change the filter");
    fs::path to = wanted.to.lexically_normal();
    if (!to.has_filename()) to = to.parent_path();
    if (to.empty()) return fail("name the folder to export to");
    fs::path partial = to;
    partial += ".partial";
    if (const Result<void> isFree = checkFree(to); !isFree) return tl::unexpected(isFree.error());
    if (const Result<void> removed = removePartial(partial); !removed) return tl::unexpected(removed.error());
    if (const Result<void> made = makePartial(files, partial); !made) return tl::unexpected(made.error());

    Result<ExportReport> report = writeAll(files, wanted, partial);
    Result<void> placed;
    if (report) placed = files.remove(partial / kMarker);
    if (report && placed) placed = files.rename(partial, to);
    if (report && placed) placed = files.syncDirectory(to.has_parent_path() ? to.parent_path() : ".");
    if (report && !placed) report = tl::unexpected(placed.error());
    if (!report) {
        std::error_code ignored;
        fs::remove_all(partial, ignored);
    }
    return report;
}

}  // namespace understudy
