#pragma once

#include <filesystem>
#include <vector>

#include <QString>

#include "app/studio/annotateview.h"
#include "core/result.h"

namespace understudy {

/// The tiers and labels of a kind of task, titles in two languages.
struct Vocabulary {
    struct Entry {
        QString id;
        QString en;
        QString zh;
        QString initials;  ///< of the pinyin of zh
    };
    std::vector<Entry> tierEntries;
    std::vector<Entry> labelEntries;

    [[nodiscard]] static Result<Vocabulary> load(const std::filesystem::path& file);
    [[nodiscard]] std::vector<AnnotateTier> tiers(const QString& language) const;
    [[nodiscard]] std::vector<AnnotateLabel> labels(const QString& language) const;
};

}  // namespace understudy
