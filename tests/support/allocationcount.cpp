#include "support/allocationcount.h"

#include <cstdlib>
#include <new>

namespace understudy::test {
namespace {

thread_local std::size_t t_count = 0;

void* counted(std::size_t size, std::size_t alignment)
{
    ++t_count;
    void* memory = alignment > alignof(std::max_align_t)
                       ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                       : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

std::size_t allocationCount() { return t_count; }

}  // namespace understudy::test

void* operator new(std::size_t size) { return understudy::test::counted(size, 0); }
void* operator new[](std::size_t size) { return understudy::test::counted(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment)
{
    return understudy::test::counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment)
{
    return understudy::test::counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
