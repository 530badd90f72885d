#include "robots/model/mujoco.h"

#include <mutex>

namespace understudy {
namespace {

thread_local std::string t_warning;

void throwError(const char* message) { throw MujocoError(message); }
void keepWarning(const char* message) { t_warning = message; }

}  // namespace

void installMujocoHandlers()
{
    static std::once_flag once;
    std::call_once(once, [] {
        mju_user_error = throwError;
        mju_user_warning = keepWarning;
    });
}

std::string takeMujocoWarning() { return std::exchange(t_warning, {}); }

Result<MjDataPtr> makeMjData(const mjModel& model)
{
    Result<MjDataPtr> data = guardMujoco([&] { return MjDataPtr(mj_makeData(&model)); });
    if (data && *data == nullptr) return fail("Not enough memory to simulate this model.");
    return data;
}

}  // namespace understudy
