#include "app/studio/libraryjobs.h"

#include <QCoreApplication>

#include "core/file.h"
#include "robots/model/robotmodel.h"
#include "storage/export/libraryexport.h"
#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/librarywriter.h"
#include "storage/modelstore.h"

namespace understudy {
namespace {

using Kind = MessageBar::Kind;

struct LibraryJobs {
    Q_DECLARE_TR_FUNCTIONS(LibraryJobs)
};

QString text(const std::string& value) { return QString::fromStdString(value); }

WorkEnd failed(const Error& error) { return {.kind = Kind::Bad, .text = text(error.message)}; }

}  // namespace

WorkEnd exportEpisodes(const std::filesystem::path& library, const EpisodeFilter& filter,
                       const std::filesystem::path& to, const WorkProgress& progress)
{
    const auto reader = LibraryReader::open(library);
    if (!reader) return failed(reader.error());
    PosixFileSystem files;
    bool cancelled = false;
    LibraryExport wanted{.filter = filter, .to = to};
    wanted.progress = [&](const ExportProgress& now) {
        const double share = now.total > 0 ? static_cast<double>(now.done) / static_cast<double>(now.total) : -1;
        cancelled = !progress(
            LibraryJobs::tr("Exporting: %1 of %2 episodes, %3 rows").arg(now.done).arg(now.total).arg(now.rows), share);
        return cancelled ? ExportControl::Cancel : ExportControl::Continue;
    };
    const Result<ExportReport> report = exportLibrary(files, **reader, wanted);
    if (cancelled)
        return {.kind = Kind::Info, .text = LibraryJobs::tr("The export was cancelled. Nothing was left behind.")};
    if (!report) return failed(report.error());
    QString words = LibraryJobs::tr("%1 episodes, %2 rows are in %3.")
                        .arg(report->episodes)
                        .arg(report->rows)
                        .arg(text(to.string()));
    if (report->skipped.empty()) return {.kind = Kind::Good, .text = words};
    words += QLatin1Char(' ') + LibraryJobs::tr("%n episode(s) left out; the first because: %1", nullptr,
                                                static_cast<int>(report->skipped.size()))
                                    .arg(text(report->skipped.front().reason));
    return {.kind = Kind::Caution, .text = words};
}

WorkEnd checkEpisodes(const std::filesystem::path& library, const WorkProgress& progress)
{
    const auto writer = LibraryWriter::open(library);
    if (!writer) return failed(writer.error());
    const auto reader = LibraryReader::open(library);
    if (!reader) return failed(reader.error());
    const Result<std::int64_t> total = (*reader)->count(EpisodeFilter{.practice = std::nullopt});
    PosixFileSystem files;
    bool cancelled = false;
    LibraryCheckOptions options;
    options.progress = [&](std::int64_t done) {
        const double share =
            total && *total > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(*total)) : -1;
        cancelled = !progress(LibraryJobs::tr("Checking: %n episode(s) read", nullptr, static_cast<int>(done)), share);
        return !cancelled;
    };
    const Result<LibraryCheck> check = checkLibrary(files, **reader, **writer, options);
    if (!check) return failed(check.error());
    const QString whole = LibraryJobs::tr("%1 of %2 episodes are whole.").arg(check->ok).arg(check->episodes);
    if (cancelled)
        return {.kind = Kind::Info, .text = LibraryJobs::tr("The check was cancelled.") + QLatin1Char(' ') + whole};
    if (check->damaged.empty()) return {.kind = Kind::Good, .text = whole};
    return {.kind = Kind::Bad,
            .text =
                whole + QLatin1Char(' ') +
                LibraryJobs::tr("The damaged ones are quarantined: look at them with the state filter. The first: %1")
                    .arg(text(check->damaged.front().reason))};
}

WorkEnd importModel(const std::filesystem::path& library, const std::filesystem::path& description,
                    const WorkProgress& progress)
{
    const auto cancelled = [] {
        return WorkEnd{.kind = Kind::Info,
                       .text = LibraryJobs::tr("The import was cancelled. Nothing was left behind.")};
    };
    if (!progress(LibraryJobs::tr("Reading the description and its meshes …"), -1)) return cancelled();
    const auto model = RobotModel::load(description);
    if (!model) return failed(model.error());
    if (!progress(LibraryJobs::tr("Storing the model …"), 0.8)) return cancelled();
    if (const Result<Library> opened = openLibrary(library, LibraryMode::OpenOrCreate); !opened)
        return failed(opened.error());
    std::vector<ModelContent> content;
    for (const ModelFile& file : model->files())
        content.push_back({.name = file.name, .path = file.path, .bytes = file.bytes});
    PosixFileSystem files;
    if (const Result<void> stored = storeModel(files, library, model->hash(), content); !stored)
        return failed(stored.error());
    return {.kind = Kind::Good,
            .text = LibraryJobs::tr("%1 with %2 joints is in the library. Drive it with: understudy demo --robot %3")
                        .arg(text(model->name()))
                        .arg(model->joints().size())
                        .arg(text(description.string()))};
}

Result<std::string> checkRecorded(const LibraryAccess& access, const std::string& episode)
{
    const auto isDone = [&]() -> Result<bool> {
        const Result<EpisodeRow> row = access.reader.show(episode);
        if (!row) return tl::unexpected(row.error());
        return row->state != EpisodeState::Recorded;
    };
    const Result<bool> before = isDone();
    if (!before) return tl::unexpected(before.error());
    if (*before) return std::string();
    PosixFileSystem files;
    const Result<LibraryCheck> check =
        checkLibrary(files, access.reader, access.writer, {.episode = episode, .progress = {}});
    if (check) return check->damaged.empty() ? std::string() : check->damaged.front().reason;
    if (isDone().value_or(false)) return std::string();
    return tl::unexpected(check.error());
}

}  // namespace understudy
