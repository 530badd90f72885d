#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/libraryrebuild.h"
#include "storage/librarywriter.h"

namespace understudy {

int runCheck(const CommandContext& context, const std::string& episode)
{
    const Output& output = context.output;
    // All of the index is read for it: not where one episode is asked for.
    const Result<std::optional<RebuildReport>> rebuilt =
        episode.empty() ? repairIndex(context.library) : std::optional<RebuildReport>();
    if (!rebuilt) return output.failed(rebuilt.error());
    if (*rebuilt)
        output.say(
            fmt::format("the index was lost or damaged and was made anew from {} episodes; what was left of it is {}",
                        (*rebuilt)->episodes, (*rebuilt)->oldIndex.string()));
    if (const Result<Library> library = openLibrary(context.library, LibraryMode::Open); !library)
        return output.failed(library.error());
    const auto writer = LibraryWriter::open(context.library);
    if (!writer) return output.failed(writer.error());
    const auto reader = LibraryReader::open(context.library);
    if (!reader) return output.failed(reader.error());

    PosixFileSystem files;
    LibraryCheckOptions options{.episode = episode};
    options.progress = [&](std::int64_t done) {
        if (done % 100 == 0) output.progress(fmt::format("{} episodes checked", done));
        return true;
    };
    const Result<LibraryCheck> check = checkLibrary(files, **reader, **writer, options);
    if (!check) return output.failed(check.error());

    nlohmann::json recovered = nlohmann::json::array();
    for (const RecoveredEpisode& each : check->recovered) {
        recovered.push_back({{"id", each.id}, {"missing_ms", each.missingMs}, {"words", each.words}});
        output.say(fmt::format("{}  recovered, {} ms short", each.id, each.missingMs));
        for (const std::string& words : each.words) output.say("  " + words);
    }
    nlohmann::json damaged = nlohmann::json::array();
    for (const DamagedEpisode& each : check->damaged) {
        damaged.push_back({{"id", each.id}, {"reason", each.reason}});
        output.say(fmt::format("{}  damaged: {}", each.id, each.reason));
    }
    nlohmann::json repaired = nlohmann::json::array();
    for (const DamagedEpisode& each : check->repaired) {
        repaired.push_back({{"id", each.id}, {"reason", each.reason}});
        output.say(fmt::format("{}  repaired: {}", each.id, each.reason));
    }
    for (const std::string& id : check->recording) output.say(id + "  is being recorded and was left alone");
    output.say(fmt::format("{} of {} episodes are whole", check->ok, check->episodes));
    output.document({{"episodes", check->episodes},
                     {"ok", check->ok},
                     {"recovered", std::move(recovered)},
                     {"damaged", std::move(damaged)},
                     {"repaired", std::move(repaired)},
                     {"index_rebuilt", rebuilt->has_value()},
                     {"recording", check->recording},
                     {"audit", nullptr}});
    return check->damaged.empty() ? kDone : kFailed;
}

}  // namespace understudy
