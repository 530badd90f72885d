#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "storage/read/episodefilter.h"
#include "storage/read/episodejson.h"
#include "storage/read/labelsjson.h"
#include "storage/read/searchtext.h"
#include "storage/read/timetext.h"

using namespace understudy;

namespace {

template <typename Parse>
void comesBack(const std::string& text, Parse parse)
{
    const auto first = parse(text);
    if (!first) {
        if (first.error().message.empty()) std::abort();
        return;
    }
    const auto second = parse(toJson(*first));
    if (!second || !(*second == *first)) std::abort();
}

}  // namespace

/// Texts that come from files and from the command line: refused in words, or understood and written back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
    switch (data[0] % 4) {
    case 0:
        comesBack(text, &parseEpisodeJson);
        break;
    case 1:
        comesBack(text, &parseLabelsJson);
        break;
    case 2:
        static_cast<void>(parseFilter(std::vector<std::string>{text}));
        break;
    default:
        static_cast<void>(foldedText(text));
        static_cast<void>(matchExpression(text));
        if (const auto time = parseTime(text); time && *parseTime(rfc3339(*time)) != *time) std::abort();
    }
    return 0;
}
