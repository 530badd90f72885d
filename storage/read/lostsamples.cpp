#include "storage/read/lostsamples.h"

#include "storage/read/jsonfields.h"

namespace understudy {

std::string detailOf(const LostSamples& lost)
{
    return dumped({{"stream", lost.stream}, {"dropped", lost.dropped}, {"missing", lost.missing}}, -1);
}

std::optional<LostSamples> lostSamplesFrom(std::string_view detail)
{
    const Result<nlohmann::json> json = parseJsonObject(detail, "what a stream lost");
    if (!json) return {};
    JsonFields fields(*json, "lost");
    LostSamples lost;
    fields.read("stream", lost.stream);
    fields.read("dropped", lost.dropped);
    fields.read("missing", lost.missing);
    if (fields.error() || lost.stream.empty() || lost.dropped < 0 || lost.missing < 0) return {};
    return lost;
}

}  // namespace understudy
