#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/quality/qualityjson.h"

using namespace understudy;

/// quality.json and checks.toml: refused in words, or understood.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    const Result<EpisodeQuality> quality = parseQualityJson(text);
    if (!quality && quality.error().message.empty()) std::abort();
    if (quality && !parseQualityJson(toJson(*quality))) std::abort();
    const Result<ChecksFile> checks = ChecksFile::parse(text, "checks.toml");
    if (!checks && checks.error().message.empty()) std::abort();
    if (checks) (void)checks->settingsFor("task");
    return 0;
}
