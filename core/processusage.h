#pragma once

namespace understudy {

// What this process uses, as the kernel says. Any thread may ask.

/// Memory in RAM, MiB; 0 where the kernel does not say.
[[nodiscard]] double residentMib();
/// CPU time of all threads together since the start, s.
[[nodiscard]] double processCpuSeconds();

}  // namespace understudy
