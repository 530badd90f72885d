#include "storage/quality/quality.h"

#include <algorithm>
#include <array>

namespace understudy {
namespace {

constexpr std::array<std::string_view, 3> kVerdicts{"clean", "look", "unusable"};
constexpr std::array<std::string_view, 3> kWeights{"info", "look", "integrity"};

}  // namespace

std::string_view nameOf(QualityVerdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

Result<QualityVerdict> qualityVerdictFrom(std::string_view name)
{
    const auto found = std::ranges::find(kVerdicts, name);
    if (found == kVerdicts.end())
        return fail("\"" + std::string(name.substr(0, 60)) + "\" is no verdict; these are clean, look and unusable");
    return static_cast<QualityVerdict>(found - kVerdicts.begin());
}

std::string_view nameOf(CheckWeight weight) { return kWeights[static_cast<std::size_t>(weight)]; }

Result<CheckWeight> checkWeightFrom(std::string_view name)
{
    const auto found = std::ranges::find(kWeights, name);
    if (found == kWeights.end())
        return fail("\"" + std::string(name.substr(0, 60)) + "\" is no weight; these are info, look and integrity");
    return static_cast<CheckWeight>(found - kWeights.begin());
}

QualityVerdict QualityReport::verdict() const
{
    const Finding* found = worst();
    if (found == nullptr || found->weight == CheckWeight::Info) return QualityVerdict::Clean;
    return found->weight == CheckWeight::Integrity ? QualityVerdict::Unusable : QualityVerdict::Look;
}

const Finding* QualityReport::worst() const
{
    const Finding* heaviest = nullptr;
    for (const Finding& finding : findings)
        if (!finding.pass && finding.weight != CheckWeight::Info &&
            (heaviest == nullptr || finding.weight > heaviest->weight))
            heaviest = &finding;
    return heaviest;
}

}  // namespace understudy
