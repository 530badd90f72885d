#include "storage/read/episodejson.h"

#include <span>
#include <tuple>

#include <fmt/format.h>

#include "core/uuid.h"
#include "storage/read/crc32.h"
#include "storage/read/jsonfields.h"
#include "storage/read/timetext.h"

namespace understudy {
namespace {

constexpr const char* kChecksum = "crc32";

nlohmann::json jsonOf(const StreamRow& stream)
{
    return {{"name", stream.name},
            {"kind", stream.kind},
            {"count", stream.count},
            {"dropped", stream.dropped},
            {"rate_hz", stream.rateHz}};
}

nlohmann::json jsonOf(const EpisodeCamera& camera)
{
    return {{"name", camera.name},
            {"file", camera.file},
            {"width", camera.width},
            {"height", camera.height},
            {"rate_hz", camera.rateHz},
            {"frame", camera.frame},
            {"intrinsics", camera.intrinsics},
            {"position_m", camera.position},
            {"orientation_wxyz", camera.orientation},
            {"note", camera.note}};
}

nlohmann::json jsonOf(const EpisodeJoint& joint)
{
    nlohmann::json json{{"name", joint.name}, {"unit", joint.unit}, {"part", nameOf(joint.part)}};
    if (!joint.slot.empty()) json["slot"] = joint.slot;
    const auto put = [&](const char* key, const std::optional<double>& value) {
        if (value) json[key] = *value;
    };
    put("lower", joint.lower);
    put("upper", joint.upper);
    put("velocity", joint.velocity);
    put("acceleration", joint.acceleration);
    put("effort", joint.effort);
    put("open", joint.open);
    put("closed", joint.closed);
    return json;
}

nlohmann::json jsonOf(const RobotLayout& layout)
{
    nlohmann::json json{{"torso", layout.torso}, {"joints", nlohmann::json::array()}};
    for (const EpisodeJoint& joint : layout.joints) json["joints"].push_back(jsonOf(joint));
    for (const Side side : kSides) {
        const EpisodeWrist& wrist = layout.wrists[static_cast<std::size_t>(side)];
        json[side == Side::Left ? "left_wrist" : "right_wrist"] = {
            {"body", wrist.body}, {"position_m", wrist.position}, {"orientation_wxyz", wrist.orientation}};
    }
    return json;
}

EpisodeJoint jointFrom(JsonFields& fields)
{
    EpisodeJoint joint;
    fields.read("name", joint.name);
    fields.read("unit", joint.unit);
    fields.readNamed("part", joint.part, &bodyPartFrom);
    fields.read("slot", joint.slot);
    const auto read = [&](const char* key, std::optional<double>& value) {
        double number = 0;
        fields.read(key, number);
        if (fields.has(key)) value = number;
    };
    read("lower", joint.lower);
    read("upper", joint.upper);
    read("velocity", joint.velocity);
    read("acceleration", joint.acceleration);
    read("effort", joint.effort);
    read("open", joint.open);
    read("closed", joint.closed);
    return joint;
}

void readLayout(JsonFields& fields, RobotLayout& layout)
{
    fields.read("torso", layout.torso);
    fields.readObjects("joints", [&](JsonFields& joint) { layout.joints.push_back(jointFrom(joint)); });
    for (const Side side : kSides)
        fields.readObject(side == Side::Left ? "left_wrist" : "right_wrist", [&](JsonFields& wrist) {
            EpisodeWrist& read = layout.wrists[static_cast<std::size_t>(side)];
            wrist.read("body", read.body);
            wrist.read("position_m", read.position);
            wrist.read("orientation_wxyz", read.orientation);
        });
}

StreamRow streamFrom(JsonFields& fields)
{
    StreamRow stream;
    fields.read("name", stream.name);
    fields.read("kind", stream.kind);
    fields.read("count", stream.count);
    fields.read("dropped", stream.dropped);
    fields.read("rate_hz", stream.rateHz);
    if (stream.name.empty()) fields.complain("a stream in episode.json has no name");
    if (stream.count < 0 || stream.dropped < 0)
        fields.complain("stream " + stream.name + " in episode.json has a negative count");
    return stream;
}

EpisodeCamera cameraFrom(JsonFields& fields)
{
    EpisodeCamera camera;
    fields.read("name", camera.name);
    fields.read("file", camera.file);
    fields.read("width", camera.width);
    fields.read("height", camera.height);
    fields.read("rate_hz", camera.rateHz);
    fields.read("frame", camera.frame);
    fields.read("intrinsics", camera.intrinsics);
    fields.read("position_m", camera.position);
    fields.read("orientation_wxyz", camera.orientation);
    fields.read("note", camera.note);
    if (camera.file.find('/') != std::string::npos || camera.file.starts_with(".."))
        fields.complain("the file of camera " + camera.name + " in episode.json lies outside the episode");
    return camera;
}

void readRow(JsonFields& fields, EpisodeRow& row)
{
    fields.read("id", row.id);
    if (!isUuid(row.id)) fields.complain("episode.json.id \"" + row.id.substr(0, 60) + "\" is no UUIDv7");
    fields.read("take_id", row.takeId);
    fields.read("session_id", row.sessionId);
    fields.readObject("task", [&](JsonFields& task) {
        task.read("id", row.taskId);
        task.read("name", row.task);
        task.read("instruction_zh", row.instructionZh);
        task.read("instruction_en", row.instructionEn);
    });
    if (row.task.empty()) fields.complain("episode.json.task.name is missing");
    fields.readNamed("state", row.state, &episodeStateFrom);
    fields.readNamed("outcome", row.outcome, &outcomeFrom);
    fields.read("cause", row.cause);
    fields.read("recovered", row.recovered);
    fields.read("practice", row.practice);
    fields.readObject("robot", [&](JsonFields& robot) {
        robot.read("name", row.robot);
        robot.read("serial", row.robotSerial);
        robot.read("sim", row.sim);
        robot.read("model_hash", row.modelHash);
    });
    if (row.robot.empty()) fields.complain("episode.json.robot.name is missing");
    fields.readObject("operator", [&](JsonFields& person) {
        person.read("id", row.operatorId);
        person.read("name", row.operatorName);
    });
    fields.read("station", row.station);
    fields.read("started_at_ns", row.startedAtNs);
    if (row.startedAtNs <= 0) fields.complain("episode.json.started_at_ns is missing or before 1970");
    fields.read("duration_ns", row.durationNs);
    fields.read("steps", row.steps);
    fields.read("missed_ticks", row.missedTicks);
    if (row.durationNs < 0 || row.steps < 0 || row.missedTicks < 0)
        fields.complain("duration_ns, steps and missed_ticks of episode.json cannot be negative");
    fields.read("files_hash", row.filesHash);
    fields.readObjects("streams", [&](JsonFields& stream) { row.streams.push_back(streamFrom(stream)); });
}

auto tied(const EpisodeFile& file)
{
    return std::tie(file.row, file.script, file.jointNames, file.layout, file.loopHz, file.clock.monotonic,
                    file.clock.unixNs, file.rig, file.cameras, file.calibrations, file.provenance, file.software,
                    file.hashes);
}

/// Of the whole document but for the checksum itself; spaces and the order of fields do not matter.
std::string checksumOf(nlohmann::json document)
{
    document.erase(kChecksum);
    const std::string text = dumped(document, -1);
    return fmt::format("{:08x}", crc32(std::as_bytes(std::span(text))));
}

}  // namespace

bool EpisodeFile::operator==(const EpisodeFile& other) const { return tied(*this) == tied(other); }

std::string toJson(const EpisodeFile& episode)
{
    const EpisodeRow& row = episode.row;
    nlohmann::json document{{"version", kEpisodeJsonVersion},
                            {"id", row.id},
                            {"take_id", row.takeId},
                            {"session_id", row.sessionId},
                            {"task",
                             {{"id", row.taskId},
                              {"name", row.task},
                              {"instruction_zh", row.instructionZh},
                              {"instruction_en", row.instructionEn},
                              {"script", episode.script}}},
                            {"state", nameOf(row.state)},
                            {"outcome", nameOf(row.outcome)},
                            {"cause", row.cause},
                            {"recovered", row.recovered},
                            {"practice", row.practice},
                            {"robot",
                             {{"name", row.robot},
                              {"serial", row.robotSerial},
                              {"sim", row.sim},
                              {"model_hash", row.modelHash},
                              {"joint_names", episode.jointNames},
                              {"layout", jsonOf(episode.layout)},
                              {"loop_hz", episode.loopHz}}},
                            {"operator", {{"id", row.operatorId}, {"name", row.operatorName}}},
                            {"station", row.station},
                            {"started_at", rfc3339(row.startedAtNs)},
                            {"started_at_ns", row.startedAtNs},
                            {"duration_ns", row.durationNs},
                            {"steps", row.steps},
                            {"missed_ticks", row.missedTicks},
                            {"files_hash", row.filesHash},
                            {"streams", nlohmann::json::array()},
                            {"clock", {{"monotonic_ns", episode.clock.monotonic}, {"unix_ns", episode.clock.unixNs}}},
                            {"rig", nlohmann::json::array()},
                            {"cameras", nlohmann::json::array()},
                            {"calibrations", episode.calibrations},
                            {"provenance", episode.provenance},
                            {"software", episode.software},
                            {"hashes", episode.hashes}};
    for (const StreamRow& stream : row.streams) document["streams"].push_back(jsonOf(stream));
    for (const EpisodeDevice& device : episode.rig)
        document["rig"].push_back(
            {{"name", device.name}, {"kind", device.kind}, {"serial", device.serial}, {"rate_hz", device.rateHz}});
    for (const EpisodeCamera& camera : episode.cameras) document["cameras"].push_back(jsonOf(camera));
    document[kChecksum] = checksumOf(document);
    return dumped(document, 1) + "\n";
}

Result<EpisodeFile> parseEpisodeJson(std::string_view text)
{
    const Result<nlohmann::json> document = parseJsonObject(text, "episode.json");
    if (!document) return tl::unexpected(document.error());
    JsonFields fields(*document, "episode.json");
    int version = 0;
    fields.read("version", version);
    if (version < 1 || version > kEpisodeJsonVersion)
        fields.complain("episode.json has version " + std::to_string(version) + ", this program reads 1 to " +
                        std::to_string(kEpisodeJsonVersion));
    EpisodeFile episode;
    readRow(fields, episode.row);
    fields.readObject("task", [&](JsonFields& task) { task.read("script", episode.script); });
    fields.readObject("robot", [&](JsonFields& robot) {
        robot.read("joint_names", episode.jointNames);
        robot.read("loop_hz", episode.loopHz);
        robot.readObject("layout", [&](JsonFields& layout) { readLayout(layout, episode.layout); });
    });
    fields.readObject("clock", [&](JsonFields& clock) {
        clock.read("monotonic_ns", episode.clock.monotonic);
        clock.read("unix_ns", episode.clock.unixNs);
    });
    fields.readObjects("rig", [&](JsonFields& device) {
        EpisodeDevice& read = episode.rig.emplace_back();
        device.read("name", read.name);
        device.read("kind", read.kind);
        device.read("serial", read.serial);
        device.read("rate_hz", read.rateHz);
    });
    fields.readObjects("cameras", [&](JsonFields& camera) { episode.cameras.push_back(cameraFrom(camera)); });
    fields.read("calibrations", episode.calibrations);
    fields.read("provenance", episode.provenance);
    fields.read("software", episode.software);
    fields.read("hashes", episode.hashes);
    std::string checksum;
    fields.read(kChecksum, checksum);
    if (fields.error()) return tl::unexpected(*fields.error());
    episode.isAsWritten = (version == 1 && checksum.empty()) || checksum == checksumOf(*document);
    return episode;
}

}  // namespace understudy
