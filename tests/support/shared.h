#pragma once

#include <filesystem>
#include <string>

namespace understudy::test {

/// A file of the optional material beside the checkout. Where it is missing, skip in words:
/// if (!std::filesystem::exists(path)) QSKIP("…").
[[nodiscard]] inline std::filesystem::path shared(const std::string& relative)
{
    return std::filesystem::path(UNDERSTUDY_SHARED_DIR) / relative;
}

/// A file of the checkout.
[[nodiscard]] inline std::filesystem::path source(const std::string& relative)
{
    return std::filesystem::path(UNDERSTUDY_SOURCE_DIR) / relative;
}

}  // namespace understudy::test
