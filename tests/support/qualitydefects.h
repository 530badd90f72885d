#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "support/qualityfixture.h"

namespace understudy::test {

/// One way to spoil a clean take, `size` times as badly as the check allows. False: it cannot happen to this take.
struct Defect {
    std::string_view name;
    std::vector<std::string_view> caughtBy;  ///< any of these must fail
    std::function<bool(RecordedTake&, double size, std::mt19937&)> inject;
};

/// Every defect of the list that can be put into samples and pictures.
[[nodiscard]] const std::vector<Defect>& qualityDefects();

/// Whether the report fails one of the checks the defect should be caught by.
[[nodiscard]] bool isCaught(const Defect& defect, const QualityReport& report);

}  // namespace understudy::test
