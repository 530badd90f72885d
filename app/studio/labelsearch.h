#pragma once

#include <vector>

#include "app/studio/annotateview.h"

namespace understudy {

/// First letters of a Chinese text's pinyin, lower case: "抓取" gives "zq". Letters and digits stay; a character
/// outside the 3,755 of GB 2312's first level is left out. A character of several readings has its commonest.
[[nodiscard]] QString pinyinInitials(const QString& text);

/// Indices of the labels that the typed text means, best first: initials, then the beginning of the title or of one of
/// its words, then any part. Everything for an empty text.
[[nodiscard]] std::vector<int> findLabels(const std::vector<AnnotateLabel>& labels, const QString& typed);

}  // namespace understudy
