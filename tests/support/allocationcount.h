#pragma once

#include <cstddef>

namespace understudy::test {

/// Heap allocations this thread has made so far. Counts malloc and operator new; linked into every test.
[[nodiscard]] std::size_t allocationCount();

}  // namespace understudy::test
