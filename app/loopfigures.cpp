#include "app/loopfigures.h"

#include <algorithm>

#include "storage/read/episodereader.h"

namespace understudy {

Percentiles percentilesOf(std::vector<double>& values)
{
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    return {.p50 = at(0.5), .p99 = at(0.99), .max = values.back()};
}

Result<LoopFigures> loopFiguresOf(FileSystem& files, const std::filesystem::path& episode)
{
    auto reader = EpisodeReader::open(files, episode);
    if (!reader) return tl::unexpected(reader.error());
    const StoredStream* steps = (*reader)->streamOfKind("step");
    if (steps == nullptr) return fail("the episode has no steps");

    LoopFigures figures;
    std::vector<double> latency;
    std::vector<double> tick;
    std::vector<double> wakeUp;
    std::vector<double> solve;
    const auto micros = [](std::uint32_t ns) { return ns * 1e-3; };
    EpisodeValues values = (*reader)->values({.streams = {steps->info.name}});
    while (true) {
        const Result<const EpisodeSample*> sample = values.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) break;
        const auto* step = std::get_if<Step>((*sample)->value);
        if (step == nullptr) continue;
        ++figures.steps;
        if (step->latencyNs > 0) latency.push_back(micros(step->latencyNs));
        if (step->solveNs > 0) solve.push_back(micros(step->solveNs));
        tick.push_back(micros(step->tickNs));
        wakeUp.push_back(micros(step->wakeLateNs));
    }
    figures.latency = percentilesOf(latency);
    figures.tick = percentilesOf(tick);
    figures.wakeUp = percentilesOf(wakeUp);
    figures.solve = percentilesOf(solve);
    return figures;
}

}  // namespace understudy
