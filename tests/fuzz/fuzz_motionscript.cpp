#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "xr/motionscript.h"

/// Whatever the bytes: a script with a button, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace understudy;
    const auto script = MotionScript::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (script ? script->buttons.empty() : script.error().message.empty()) std::abort();
    return 0;
}
