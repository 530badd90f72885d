#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "storage/read/episode.h"

namespace understudy {

/// Which hand a segment speaks of.
enum class Hand : std::uint8_t { None, Left, Right, Both };
[[nodiscard]] std::string_view nameOf(Hand hand);
[[nodiscard]] Result<Hand> handFrom(std::string_view name);

/// A labelled time range of one episode on one tier, [startNs, endNs) in log time (Unix ns, never row numbers).
struct Segment {
    std::string id;
    std::string episodeId;
    std::string tier = "skill";
    std::string label;   ///< a word of the vocabulary, or free
    std::string textZh;  ///< free text
    std::string textEn;
    std::int64_t startNs = 0;
    std::int64_t endNs = 0;
    Hand hand = Hand::None;
    bool draft = false;    ///< proposed by a program and confirmed by nobody
    std::string authorId;  ///< person who wrote it last

    bool operator==(const Segment&) const = default;
};

/// One segment before and after an edit: no `before` adds it, no `after` deletes it.
struct SegmentChange {
    std::optional<Segment> before;
    std::optional<Segment> after;

    bool operator==(const SegmentChange&) const = default;
};

/// Changes that are made together or not at all: what LibraryWriter::edit() applies, and what undo and redo need.
using LabelEdit = std::vector<SegmentChange>;

/// The edit that takes this one back.
[[nodiscard]] LabelEdit inverse(const LabelEdit& edit);

/// One lane of labels.
struct Tier {
    std::string name;
    std::string labelZh;
    std::string labelEn;

    bool operator==(const Tier&) const = default;
};

/// A word that a tier offers.
struct VocabularyWord {
    std::string tier;
    std::string word;
    std::string labelZh;
    std::string labelEn;

    bool operator==(const VocabularyWord&) const = default;
};

/// What a reviewer says of an episode.
enum class Verdict : std::uint8_t { Accepted, Returned, Rejected };
[[nodiscard]] std::string_view nameOf(Verdict verdict);
[[nodiscard]] Result<Verdict> verdictFrom(std::string_view name);

/// To whom an episode is returned.
enum class ReturnTo : std::uint8_t { Nobody, Annotator, Station };
[[nodiscard]] std::string_view nameOf(ReturnTo target);
[[nodiscard]] Result<ReturnTo> returnToFrom(std::string_view name);

struct Review {
    std::string id;
    std::string reviewerId;
    std::int64_t atNs = 0;  ///< Unix ns
    Verdict verdict = Verdict::Accepted;
    ReturnTo returnTo = ReturnTo::Nobody;
    std::string reason;
    EpisodeState fromState = EpisodeState::InReview;  ///< where it stood, and stands again when taken back
    std::int64_t takenBackAtNs = 0;                   ///< 0: it stands
    std::string takenBackBy;

    bool operator==(const Review&) const = default;
};

/// One line of the history, which only grows.
struct HistoryEntry {
    std::string act;  ///< id that everything changed in one transaction shares
    std::int64_t atNs = 0;
    std::string personId;
    std::string subject;  ///< episode, segment, review, task, person …
    std::string subjectId;
    std::string episodeId;  ///< empty where no episode is meant
    std::string field;      ///< what changed: "state", "outcome", "segment" …
    std::string from;       ///< value or JSON before; empty: there was none
    std::string to;

    bool operator==(const HistoryEntry&) const = default;
};

}  // namespace understudy
