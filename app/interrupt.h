#pragma once

namespace understudy {

/// While it lives, Ctrl+C and a polite kill only set a flag, so that work ends whole. One at a time, main thread.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    [[nodiscard]] bool interrupted() const;
};

}  // namespace understudy
