#pragma once

#include <filesystem>
#include <string>

namespace understudy::test {

/// A file of the optional material beside the checkout. Where it is missing, skip in words:
/// if (!std::filesystem::exists(path)) QSKIP("…").
[[nodiscard]] std::filesystem::path shared(const std::string& relative);

/// A file of the checkout.
[[nodiscard]] std::filesystem::path source(const std::string& relative);

}  // namespace understudy::test
