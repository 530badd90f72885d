#pragma once

#include "app/benchfigure.h"

namespace understudy {

/// H.264 as it is recorded beside SVT-AV1, on noisy and on rendered pictures.
[[nodiscard]] Result<Figures> benchEncode(const Bench& bench);
/// A random image of three recordings.
[[nodiscard]] Result<Figures> benchSeek(const Bench& bench);
[[nodiscard]] Result<Figures> benchMcap(const Bench& bench);
[[nodiscard]] Result<Figures> benchQc(const Bench& bench);
/// A library asked as the pages do.
[[nodiscard]] Result<Figures> benchIndex(const Bench& bench);
/// The recorder alone, with pictures made beforehand.
[[nodiscard]] Result<Figures> benchRecord(const Bench& bench);
/// How soon the next take can begin, in a small and in a large library.
[[nodiscard]] Result<Figures> benchReady(const Bench& bench);
/// `understudy check` on a library of small episodes.
[[nodiscard]] Result<Figures> benchCheck(const Bench& bench);
/// Opening an hour of 200 signals at 1 kHz.
[[nodiscard]] Result<Figures> benchPyramid(const Bench& bench);

}  // namespace understudy
