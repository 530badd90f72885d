#pragma once

#include "app/studio/operateview.h"
#include "storage/blackbox.h"
#include "storage/recorder.h"

namespace understudy {

/// What the recorder counts, in the words of the operate page: a full queue, a late encoder, a disk that does not
/// answer or fills up.
void showRecorder(OperateView& view, const RecorderStatus& recorder);

/// The sentence that is said once the disk's room sank to this; empty for enough.
[[nodiscard]] QString warningOf(DiskRoom room, double minutesLeft);

/// A fault and where its last seconds are kept.
[[nodiscard]] QString describe(const BlackBoxReport& fault);

}  // namespace understudy
