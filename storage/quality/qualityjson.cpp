#include "storage/quality/qualityjson.h"

#include <cmath>

#include "storage/read/jsonfields.h"

namespace understudy {
namespace {

constexpr int kVersion = 1;

nlohmann::json jsonOf(const Finding& finding)
{
    nlohmann::json json{{"name", finding.check},   {"value", finding.value}, {"limit", finding.limit},
                        {"unit", finding.unit},    {"pass", finding.pass},   {"weight", nameOf(finding.weight)},
                        {"reason", finding.reason}};
    if (!finding.stream.empty()) json["stream"] = finding.stream;
    if (finding.from != 0 || finding.to != 0) {
        json["from_ns"] = finding.from;
        json["to_ns"] = finding.to;
    }
    return json;
}

Finding findingFrom(JsonFields& fields)
{
    Finding finding;
    fields.read("name", finding.check);
    fields.read("stream", finding.stream);
    fields.read("value", finding.value);
    fields.read("limit", finding.limit);
    fields.read("unit", finding.unit);
    fields.read("pass", finding.pass);
    fields.readNamed("weight", finding.weight, &checkWeightFrom);
    fields.read("reason", finding.reason);
    fields.read("from_ns", finding.from);
    fields.read("to_ns", finding.to);
    if (finding.check.empty()) fields.complain("a finding in quality.json has no name");
    return finding;
}

}  // namespace

std::string toJson(const EpisodeQuality& quality)
{
    nlohmann::json document{{"version", kVersion},
                            {"episode", quality.episode},
                            {"verdict", nameOf(quality.report.verdict())},
                            {"findings", nlohmann::json::array()},
                            {"seconds", quality.measures.seconds},
                            {"sharpness", nlohmann::json::array()},
                            {"path", quality.measures.path}};
    for (const Finding& finding : quality.report.findings) document["findings"].push_back(jsonOf(finding));
    for (const auto& [camera, value] : quality.measures.sharpness)
        document["sharpness"].push_back({{"camera", camera}, {"value", value}});
    return dumped(document, 1) + "\n";
}

Result<EpisodeQuality> parseQualityJson(std::string_view text)
{
    const Result<nlohmann::json> document = parseJsonObject(text, kQualityJson);
    if (!document) return tl::unexpected(document.error());
    JsonFields fields(*document, kQualityJson);
    int version = 0;
    fields.read("version", version);
    if (version != kVersion)
        fields.complain("quality.json has version " + std::to_string(version) + ", this program reads 1");
    EpisodeQuality quality;
    fields.read("episode", quality.episode);
    fields.readObjects("findings",
                       [&](JsonFields& finding) { quality.report.findings.push_back(findingFrom(finding)); });
    fields.read("seconds", quality.measures.seconds);
    fields.readObjects("sharpness", [&](JsonFields& camera) {
        std::string name;
        double value = 0;
        camera.read("camera", name);
        camera.read("value", value);
        quality.measures.sharpness[name] = value;
    });
    fields.read("path", quality.measures.path);
    if (fields.error()) return tl::unexpected(*fields.error());
    return quality;
}

}  // namespace understudy
