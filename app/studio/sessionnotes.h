#pragma once

#include <QString>

#include "app/sessionnote.h"

namespace understudy {

/// The note as a sentence in the window's language.
[[nodiscard]] QString sentenceOf(const SessionNote& note);

}  // namespace understudy
