#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "robots/teleop/resolve.h"
#include "storage/library.h"
#include "storage/read/episodereader.h"
#include "storage/read/libraryreader.h"

namespace understudy {
namespace {

Result<RobotModel> modelOf(const CommandContext& context, const EpisodeReader& episode)
{
    std::optional<std::filesystem::path> profile;
    if (!context.profile.empty()) profile = context.profile;
    const std::filesystem::path folder = context.library / "models" / episode.info().row.modelHash;
    std::error_code ignored;
    for (const char* name : {"model.xml", "model.urdf"}) {
        if (!std::filesystem::exists(folder / name, ignored)) continue;
        return RobotModel::load(folder / name, profile);
    }
    return fail(fmt::format("The library has no model {} of this take.", episode.info().row.modelHash));
}

Result<RecordedDrive> driveOf(const EpisodeReader& episode)
{
    RecordedDrive drive;
    EpisodeQuery query;
    for (const char* kind : {"operator", "robot", "step"}) {
        const StoredStream* stream = episode.streamOfKind(kind);
        if (stream == nullptr) return fail(fmt::format("The take has no stream of the kind \"{}\".", kind));
        query.streams.push_back(stream->info.name);
    }
    EpisodeValues values = episode.values(query);
    while (true) {
        const Result<const EpisodeSample*> sample = values.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) break;
        std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, OperatorSample>) drive.samples.push_back(value);
                if constexpr (std::is_same_v<T, RobotState>) drive.states.push_back(value);
                if constexpr (std::is_same_v<T, Step>) drive.steps.push_back(value);
            },
            *(*sample)->value);
    }
    if (!values.damage().empty()) {
        return fail(fmt::format("The take is damaged in {} places; let `understudy check` look at it first.",
                                values.damage().size()));
    }
    return drive;
}

TeleopOptions optionsOf(const EpisodeReader& episode)
{
    TeleopOptions options;
    if (episode.info().loopHz > 0) options.rateHz = episode.info().loopHz;
    const auto& metadata = episode.streamOfKind("step")->info.metadata;
    if (const auto mode = metadata.find("mode"); mode != metadata.end()) {
        for (const RetargetMode each : {RetargetMode::Mirror, RetargetMode::Clutch, RetargetMode::JointDirect}) {
            if (nameOf(each) == mode->second) options.retarget.mode = each;
        }
    }
    options.retarget.sourceJoints = episode.streamOfKind("operator")->info.names;
    return options;
}

nlohmann::json asJson(const Difference& difference) { return {{"max", difference.largest}, {"rms", difference.rms}}; }

nlohmann::json asJson(const std::vector<JointDifference>& joints)
{
    nlohmann::json list = nlohmann::json::array();
    for (const JointDifference& each : joints)
        list.push_back({{"name", each.joint}, {"max_rad", each.position.largest}, {"rms_rad", each.position.rms}});
    return list;
}

nlohmann::json documentOf(const std::string& id, const std::string& recordedBy, const ResolveReport& report)
{
    nlohmann::json wrists = nlohmann::json::object();
    for (const Side side : kSides) {
        const WristDifference& wrist = report.wrists[static_cast<std::size_t>(indexOf(side))];
        wrists[side == Side::Left ? "left" : "right"] = {{"position_m", asJson(wrist.position)},
                                                         {"orientation_rad", asJson(wrist.orientation)}};
    }
    return {{"episode", id},
            {"robot", report.robot},
            {"recorded_by", recordedBy},
            {"resolved_by", "understudy " UNDERSTUDY_VERSION},
            {"steps", report.steps},
            {"from_the_start", report.fromTheStart},
            {"identical", report.identical},
            {"unequal_steps", report.unequal},
            {"unequal_phases", report.phases},
            {"steps_without_their_samples", report.missing},
            {"joints", asJson(report.joints)},
            {"joints_after_2_s", asJson(report.settled)},
            {"wrists", std::move(wrists)}};
}

void say(const Output& output, const ResolveReport& report)
{
    output.say(fmt::format("{}: {} steps, {} with another command, {} in another phase{}", report.robot, report.steps,
                           report.unequal, report.phases, report.identical ? "; identical" : ""));
    for (const Side side : kSides) {
        const WristDifference& wrist = report.wrists[static_cast<std::size_t>(indexOf(side))];
        output.say(fmt::format("  {} wrist: {:.3f} mm (rms {:.3f}), {:.4f} rad (rms {:.4f})",
                               side == Side::Left ? "left" : "right", 1000 * wrist.position.largest,
                               1000 * wrist.position.rms, wrist.orientation.largest, wrist.orientation.rms));
    }
    for (std::size_t i = 0; i < report.joints.size(); ++i) {
        const Difference& all = report.joints[i].position;
        const Difference& settled = report.settled[i].position;
        if (all.largest == 0) continue;
        output.say(fmt::format("  {:<32} {:.2e} rad (rms {:.2e}); after 2 s {:.2e} rad (rms {:.2e})",
                               report.joints[i].joint, all.largest, all.rms, settled.largest, settled.rms));
    }
    if (!report.fromTheStart && !report.identical)
        output.say("  The take begins in the middle of a session: what the loop remembered from before is not in it.");
}

}  // namespace

int runResolve(const CommandContext& context, const std::string& episode)
{
    const Output& output = context.output;
    if (const Result<Library> library = openLibrary(context.library, LibraryMode::Open); !library)
        return output.failed(library.error());
    const auto reader = LibraryReader::open(context.library);
    if (!reader) return output.failed(reader.error());
    const auto row = (*reader)->show(episode);
    if (!row) return output.failed(row.error());
    PosixFileSystem files;
    const auto opened = EpisodeReader::open(files, context.library / row->path);
    if (!opened) return output.failed(opened.error());
    const Result<RecordedDrive> drive = driveOf(**opened);
    if (!drive) return output.failed(drive.error());
    const Result<RobotModel> model = modelOf(context, **opened);
    if (!model) return output.failed(model.error());
    output.progress(fmt::format("{} steps on {}", drive->steps.size(), model->name()));
    const Result<ResolveReport> report = resolve(*model, *drive, optionsOf(**opened));
    if (!report) return output.failed(report.error());
    say(output, *report);
    output.document(documentOf(row->id, (*opened)->info().software, *report));
    return kDone;
}

}  // namespace understudy
