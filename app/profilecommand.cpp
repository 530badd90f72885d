#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/shipped.h"
#include "robots/model/robotmodel.h"

namespace understudy {

int runProfile(const CommandContext& context, const std::filesystem::path& to)
{
    const Output& output = context.output;
    const Result<Station> station = stationOf(context, {});
    if (!station) return output.failed(station.error());
    const Result<std::filesystem::path> file = findRobot(station->robotModel);
    if (!file) return output.failed(file.error());
    // A folder without profiles, so that one is proposed even where one is known.
    const Result<RobotModel> model = RobotModel::load(*file, std::nullopt, {.profiles = "/nonexistent"});
    if (!model) return output.failed(model.error());
    if (model->proposal().empty()) {
        return output.failed({fmt::format("{} has a profile beside it: {}", file->string(),
                                          (file->parent_path() / "profile.toml").string())});
    }
    if (to.empty()) {
        output.say(model->proposal());
    } else {
        std::error_code ignored;
        if (std::filesystem::exists(to, ignored)) {
            return output.failed({fmt::format("{} is there already; name a new file.", to.string())});
        }
        std::ofstream written(to);
        written << model->proposal();
        written.close();
        if (!written) return output.failed({fmt::format("{} cannot be written.", to.string())});
        output.say(fmt::format("Wrote {}. Correct it, then start with --robot {} --profile {}.", to.string(),
                               file->string(), to.string()));
    }
    output.document({{"robot", model->name()},
                     {"profile", model->proposal()},
                     {"to", to.string()},
                     {"gap", model->teleoperationGap()}});
    return kDone;
}

}  // namespace understudy
