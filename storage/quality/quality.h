#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/timestamp.h"

namespace understudy {

/// What the checks say of an episode.
enum class QualityVerdict : std::uint8_t { Clean, Look, Unusable };
[[nodiscard]] std::string_view nameOf(QualityVerdict verdict);
[[nodiscard]] Result<QualityVerdict> qualityVerdictFrom(std::string_view name);

/// What a failed check says of its episode: nothing, look at it, or the recording itself is broken.
enum class CheckWeight : std::uint8_t { Info, Look, Integrity };
[[nodiscard]] std::string_view nameOf(CheckWeight weight);
[[nodiscard]] Result<CheckWeight> checkWeightFrom(std::string_view name);

/// What one check found in one place.
struct Finding {
    std::string check;   ///< a name of checkTable()
    std::string stream;  ///< or joint, or camera; empty: the whole episode
    double value = 0;
    double limit = 0;
    std::string unit;
    bool pass = true;
    CheckWeight weight = CheckWeight::Info;
    std::string reason;  ///< what is wrong and what to do, a sentence; empty where it passed
    Timestamp from = 0;  ///< where on the timeline, the take's clock; 0 and 0: everywhere
    Timestamp to = 0;

    bool operator==(const Finding&) const = default;
};

/// A take's findings: every check at least once, failures first per check.
struct QualityReport {
    std::vector<Finding> findings;

    [[nodiscard]] QualityVerdict verdict() const;
    /// The heaviest failure, null for a clean take; valid as long as the report.
    [[nodiscard]] const Finding* worst() const;

    bool operator==(const QualityReport&) const = default;
};

}  // namespace understudy
