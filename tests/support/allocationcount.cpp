#include "support/allocationcount.h"

#include <cerrno>
#include <cstdlib>
#include <new>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
#define UNDERSTUDY_COUNTS_MALLOC
#endif

namespace understudy::test {
namespace {

thread_local std::size_t t_count = 0;

void* counted(std::size_t size, std::size_t alignment)
{
#ifndef UNDERSTUDY_COUNTS_MALLOC
    ++t_count;
#endif
    void* memory = alignment > alignof(std::max_align_t)
                       ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                       : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void* tried(std::size_t size) noexcept
{
#ifndef UNDERSTUDY_COUNTS_MALLOC
    ++t_count;
#endif
    return std::malloc(size);
}

}  // namespace

std::size_t allocationCount() { return t_count; }

}  // namespace understudy::test

#ifdef UNDERSTUDY_COUNTS_MALLOC
// Eigen and every C library allocate without operator new. The sanitizers bring a malloc of their own.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size)
{
    ++understudy::test::t_count;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size)
{
    ++understudy::test::t_count;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size)
{
    ++understudy::test::t_count;
    return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    ++understudy::test::t_count;
    return __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size)
{
    ++understudy::test::t_count;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size)
{
    ++understudy::test::t_count;
    if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void* found = __libc_memalign(alignment, size);
    if (found == nullptr) return ENOMEM;
    *memory = found;
    return 0;
}
}
#endif

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
// Every form, or a sanitizer's own allocates what ours frees.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return understudy::test::tried(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return understudy::test::tried(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
