#include "storage/tray.h"

#include "storage/folderlock.h"

namespace understudy {

Result<EmptiedTray> emptyTray(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                              const TrayOptions& options)
{
    EpisodeFilter filter{.stations = options.stations, .states = {EpisodeState::Tray}, .practice = std::nullopt};
    std::vector<EpisodeRow> rows;  // a shift's redone takes: few
    std::optional<std::int64_t> after;
    do {
        Result<EpisodePage> page = reader.list(filter, 1000, after);
        if (!page) return tl::unexpected(page.error());
        rows.insert(rows.end(), page->episodes.begin(), page->episodes.end());
        after = page->next;
    } while (after);

    EmptiedTray emptied;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (options.untilFreeBytes) {
            const Result<std::uint64_t> free = files.freeBytes(reader.library());
            if (!free) return tl::unexpected(free.error());
            if (*free >= *options.untilFreeBytes) break;
        }
        const std::filesystem::path folder = reader.library() / row->path;
        if (FolderLock::isHeld(folder)) continue;
        if (const Result<void> forgotten = writer.forget({}, row->id); !forgotten) {
            emptied.kept.push_back(forgotten.error().message);
            continue;
        }
        ++emptied.episodes;
        std::error_code error;
        std::vector<std::filesystem::path> parts;
        for (const auto& part : std::filesystem::directory_iterator(folder, error)) parts.push_back(part.path());
        for (const std::filesystem::path& part : parts)
            if (const Result<void> removed = files.remove(part); !removed)
                emptied.kept.push_back(removed.error().message);
        std::filesystem::remove(folder, error);
    }
    return emptied;
}

}  // namespace understudy
