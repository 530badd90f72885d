#include "app/json.h"

#include <nlohmann/json.hpp>

#include "app/output.h"
#include "core/timestamp.h"

namespace understudy {

nlohmann::json toJsonDocument(const std::vector<StreamRow>& streams)
{
    nlohmann::json list = nlohmann::json::array();
    for (const StreamRow& stream : streams)
        list.push_back({{"name", stream.name},
                        {"kind", stream.kind},
                        {"count", stream.count},
                        {"dropped", stream.dropped},
                        {"rate_hz", stream.rateHz}});
    return list;
}

nlohmann::json toJsonDocument(const EpisodeRow& row)
{
    return {{"id", row.id},
            {"path", row.path},
            {"task", row.task},
            {"instruction", {{"zh", row.instructionZh}, {"en", row.instructionEn}}},
            {"state", std::string(nameOf(row.state))},
            {"outcome", std::string(nameOf(row.outcome))},
            {"cause", row.cause},
            {"recovered", row.recovered},
            {"practice", row.practice},
            {"sim", row.sim},
            {"robot", row.robot},
            {"robot_serial", row.robotSerial},
            {"operator", row.operatorName},
            {"station", row.station},
            {"started_at", toRfc3339(row.startedAtNs)},
            {"duration_s", toSeconds(row.durationNs)},
            {"steps", row.steps},
            {"missed_ticks", row.missedTicks}};
}

}  // namespace understudy
