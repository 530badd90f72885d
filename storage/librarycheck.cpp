#include "storage/librarycheck.h"

#include "core/timestamp.h"
#include "storage/episodecheck.h"
#include "storage/episoderecovery.h"
#include "storage/episodestates.h"
#include "storage/folderlock.h"
#include "storage/read/episodereader.h"

namespace understudy {
namespace {

constexpr int kPage = 200;

class Checker {
public:
    Checker(FileSystem& files, LibraryReader& reader, LibraryWriter& writer)
        : m_files(files), m_reader(reader), m_writer(writer)
    {
    }

    Result<LibraryCheck> run(const LibraryCheckOptions& options);
    Result<LibraryCheck> recoverAll();

private:
    Result<void> visit(const EpisodeFilter& filter, const std::function<Result<bool>(const std::string&)>& each);
    [[nodiscard]] std::filesystem::path folderOf(const EpisodeRow& row) const { return m_reader.library() / row.path; }
    /// False: the episode is being recorded, or cannot be recovered.
    Result<bool> recover(const EpisodeRow& row);
    Result<void> check(const std::string& id);
    bool repair(const EpisodeRow& row);
    Result<void> settle(const EpisodeRow& row, const EpisodeCheck& check);

    FileSystem& m_files;
    LibraryReader& m_reader;
    LibraryWriter& m_writer;
    LibraryCheck m_result;
};

/// Every episode that passes, newest first, by id: what is done to one may change its state.
Result<void> Checker::visit(const EpisodeFilter& filter, const std::function<Result<bool>(const std::string&)>& each)
{
    std::optional<std::int64_t> after;
    do {
        const Result<EpisodePage> page = m_reader.list(filter, kPage, after);
        if (!page) return tl::unexpected(page.error());
        for (const EpisodeRow& row : page->episodes) {
            const Result<bool> goOn = each(row.id);
            if (!goOn) return tl::unexpected(goOn.error());
            if (!*goOn) return {};
        }
        after = page->next;
    } while (after);
    return {};
}

Result<bool> Checker::recover(const EpisodeRow& row)
{
    if (FolderLock::isHeld(folderOf(row))) {
        m_result.recording.push_back(row.id);
        return false;
    }
    const Result<EpisodeRecovery> recovery = recoverEpisode(m_files, folderOf(row));
    if (!recovery) {
        m_result.damaged.push_back({row.id, recovery.error().message});
        return false;
    }
    const EpisodeRow& found = recovery->episode.row;
    const EpisodeEnd end{.durationNs = found.durationNs,
                         .steps = found.steps,
                         .missedTicks = found.missedTicks,
                         .outcome = found.outcome,
                         .cause = found.cause,
                         .streams = found.streams};
    if (!found.recovered) {
        // The files were finished, the row was not.
        const Result<void> ended = m_writer.endEpisode({}, row.id, end);
        if (!ended) return tl::unexpected(ended.error());
        if (found.state == EpisodeState::Recorded || !mayFollow(EpisodeState::Recorded, found.state)) return true;
        const Result<void> moved = m_writer.moveTo({}, row.id, found.state, "as its files say");
        if (!moved) return tl::unexpected(moved.error());
        return true;
    }
    const Result<void> stored = m_writer.recoverEpisode({}, row.id, end);
    if (!stored) return tl::unexpected(stored.error());
    m_result.recovered.push_back({row.id, recovery->missing / kMillisecond, recovery->words});
    return true;
}

Result<void> Checker::settle(const EpisodeRow& row, const EpisodeCheck& check)
{
    if (check.isOk()) {
        ++m_result.ok;
        if (row.state != EpisodeState::Recorded) return {};
        return m_writer.moveTo({}, row.id, EpisodeState::Checked);
    }
    m_result.damaged.push_back({row.id, check.reason()});
    if (!mayFollow(row.state, EpisodeState::Quarantined)) return {};
    return m_writer.moveTo({}, row.id, EpisodeState::Quarantined, check.reason());
}

Result<void> Checker::check(const std::string& id)
{
    ++m_result.episodes;
    Result<EpisodeRow> row = m_reader.show(id);
    if (!row) return tl::unexpected(row.error());
    if (row->state == EpisodeState::Recording) {
        const Result<bool> recovered = recover(*row);
        if (!recovered) return tl::unexpected(recovered.error());
        if (!*recovered) return {};
        row = m_reader.show(id);
        if (!row) return tl::unexpected(row.error());
    }
    EpisodeCheck check = checkEpisode(m_files, folderOf(*row), *row);
    if (check.isRepairable && repair(*row)) {
        EpisodeCheck again = checkEpisode(m_files, folderOf(*row), *row);
        if (again.isOk()) m_result.repaired.push_back({row->id, check.reason()});
        check = std::move(again);
    }
    return settle(*row, check);
}

/// False: nothing was changed, or it did not help.
bool Checker::repair(const EpisodeRow& row)
{
    const std::filesystem::path folder = folderOf(row);
    Result<EpisodeFile> episode = readEpisodeJson(m_files, folder);
    const bool isWhole = episode && episode->isAsWritten;
    if (!isWhole) {
        episode = readAttachedEpisode(m_files, folder);
        if (!episode || episode->row.id != row.id) return false;
    }
    episode->row = row;
    const std::string text = toJson(*episode);
    if (!isWhole && !replaceFile(m_files, folder / "episode.json", std::as_bytes(std::span(text)))) return false;
    return recoverEpisode(m_files, folder).has_value();
}

Result<LibraryCheck> Checker::run(const LibraryCheckOptions& options)
{
    if (!options.episode.empty()) {
        const Result<EpisodeRow> row = m_reader.show(options.episode);
        if (!row) return tl::unexpected(row.error());
        if (const Result<void> checked = check(row->id); !checked) return tl::unexpected(checked.error());
        return std::move(m_result);
    }
    EpisodeFilter everything{.practice = std::nullopt};
    for (int i = 0; i < kEpisodeStateCount; ++i) everything.states.push_back(static_cast<EpisodeState>(i));
    const Result<void> visited = visit(everything, [&](const std::string& id) -> Result<bool> {
        if (const Result<void> checked = check(id); !checked) return tl::unexpected(checked.error());
        return !options.progress || options.progress(m_result.episodes);
    });
    if (!visited) return tl::unexpected(visited.error());
    return std::move(m_result);
}

Result<LibraryCheck> Checker::recoverAll()
{
    const EpisodeFilter unfinished{.states = {EpisodeState::Recording}, .practice = std::nullopt};
    const Result<void> visited = visit(unfinished, [&](const std::string& id) -> Result<bool> {
        ++m_result.episodes;
        const Result<EpisodeRow> row = m_reader.show(id);
        if (!row) return tl::unexpected(row.error());
        if (row->state != EpisodeState::Recording) return true;
        const Result<bool> recovered = recover(*row);
        if (!recovered) return tl::unexpected(recovered.error());
        m_result.ok += *recovered ? 1 : 0;
        return true;
    });
    if (!visited) return tl::unexpected(visited.error());
    return std::move(m_result);
}

}  // namespace

Result<LibraryCheck> recoverLibrary(FileSystem& files, LibraryReader& reader, LibraryWriter& writer)
{
    return Checker(files, reader, writer).recoverAll();
}

Result<LibraryCheck> checkLibrary(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                                  const LibraryCheckOptions& options)
{
    return Checker(files, reader, writer).run(options);
}

}  // namespace understudy
