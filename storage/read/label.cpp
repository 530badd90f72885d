#include "storage/read/label.h"

#include "storage/read/names.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 4> kHands{"none", "left", "right", "both"};
constexpr std::array<std::string_view, 3> kVerdicts{"accepted", "returned", "rejected"};
constexpr std::array<std::string_view, 3> kReturnTargets{"nobody", "annotator", "station"};

}  // namespace

std::string_view nameOf(Hand hand) { return kHands[static_cast<std::size_t>(hand)]; }

Result<Hand> handFrom(std::string_view name) { return valueNamed<Hand>(kHands, name, "hand"); }

std::string_view nameOf(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

Result<Verdict> verdictFrom(std::string_view name) { return valueNamed<Verdict>(kVerdicts, name, "verdict"); }

std::string_view nameOf(ReturnTo target) { return kReturnTargets[static_cast<std::size_t>(target)]; }

Result<ReturnTo> returnToFrom(std::string_view name)
{
    return valueNamed<ReturnTo>(kReturnTargets, name, "place to return to");
}

LabelEdit inverse(const LabelEdit& edit)
{
    LabelEdit back;
    back.reserve(edit.size());
    for (auto change = edit.rbegin(); change != edit.rend(); ++change)
        back.push_back({.before = change->after, .after = change->before});
    return back;
}

}  // namespace understudy
