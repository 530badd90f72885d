#include "support/shared.h"

namespace understudy::test {

std::filesystem::path shared(const std::string& relative)
{
    return std::filesystem::path(UNDERSTUDY_SHARED_DIR) / relative;
}

std::filesystem::path source(const std::string& relative)
{
    return std::filesystem::path(UNDERSTUDY_SOURCE_DIR) / relative;
}

}  // namespace understudy::test
