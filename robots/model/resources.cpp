#include <cstdlib>

#include "robots/model/robotmodel.h"

namespace understudy {

std::filesystem::path resourcePath(std::string_view relative)
{
    namespace fs = std::filesystem;
    std::error_code error;
    if (const char* chosen = std::getenv("UNDERSTUDY_RESOURCES"); chosen != nullptr && *chosen != '\0') {
        return fs::path(chosen) / relative;
    }
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (const fs::path installed = program.parent_path().parent_path() / "share/understudy";
        !error && fs::is_directory(installed / "robots", error)) {
        return installed / relative;
    }
    return fs::path(UNDERSTUDY_SOURCE_RESOURCES) / relative;
}

}  // namespace understudy
