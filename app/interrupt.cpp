#include "app/interrupt.h"

#include <atomic>
#include <csignal>

namespace understudy {
namespace {

std::atomic<bool> g_interrupted{false};  // a signal handler can reach nothing else

}  // namespace

InterruptGuard::InterruptGuard()
{
    g_interrupted = false;
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { g_interrupted = true; });
}

InterruptGuard::~InterruptGuard()
{
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

bool InterruptGuard::interrupted() const { return g_interrupted; }

}  // namespace understudy
