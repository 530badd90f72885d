#pragma once

#include <exception>
#include <memory>
#include <string>

#include <mujoco/mujoco.h>

#include "core/result.h"

namespace understudy {

struct MjModelDeleter {
    void operator()(mjModel* model) const { mj_deleteModel(model); }
};
struct MjDataDeleter {
    void operator()(mjData* data) const { mj_deleteData(data); }
};
struct MjSpecDeleter {
    void operator()(mjSpec* spec) const { mj_deleteSpec(spec); }
};
using MjModelPtr = std::unique_ptr<mjModel, MjModelDeleter>;
using MjDataPtr = std::unique_ptr<mjData, MjDataDeleter>;
using MjSpecPtr = std::unique_ptr<mjSpec, MjSpecDeleter>;

/// What MuJoCo would have ended the process for.
class MujocoError final : public std::exception {
public:
    explicit MujocoError(const char* message) : m_message(message) {}
    [[nodiscard]] const char* what() const noexcept override { return m_message.c_str(); }

private:
    std::string m_message;
};

/// Once per process, before the first MuJoCo call of a thread: errors throw MujocoError instead of ending the
/// process, warnings are kept per thread instead of being written to a file. Idempotent, any thread.
void installMujocoHandlers();
/// The calling thread's newest warning since the last call, empty when there was none.
[[nodiscard]] std::string takeMujocoWarning();

/// Runs MuJoCo code and turns what it throws into an error.
template <typename Function>
[[nodiscard]] auto guardMujoco(Function&& function) -> Result<decltype(function())>
{
    installMujocoHandlers();
    try {
        if constexpr (std::is_void_v<decltype(function())>) {
            function();
            return {};
        } else {
            return function();
        }
    } catch (const MujocoError& error) {
        return fail(error.what());
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

[[nodiscard]] Result<MjDataPtr> makeMjData(const mjModel& model);

}  // namespace understudy
