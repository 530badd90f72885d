#include "app/shipped.h"

#include <vector>

#include <fmt/format.h>

#include "robots/model/robotmodel.h"

namespace understudy {
namespace {

constexpr const char* kDefaultMotion = "reach_grasp_lift_place";

/// A file as it was named, or the one that ships with the studio under that name.
Result<std::filesystem::path> findShipped(const std::string& name, const std::vector<std::filesystem::path>& shipped,
                                          const char* what)
{
    std::error_code error;
    if (std::filesystem::is_regular_file(name, error)) return std::filesystem::path(name);
    for (const std::filesystem::path& candidate : shipped)
        if (std::filesystem::is_regular_file(candidate, error)) return candidate;
    return fail(
        fmt::format("there is no {} \"{}\": give a file, or the name of one that ships with the studio", what, name));
}

}  // namespace

Result<std::filesystem::path> findRobot(const std::string& name)
{
    const std::filesystem::path folder = resourcePath("robots") / name;
    return findShipped(name, {folder / (name + ".xml"), folder / "scene.xml"}, "robot model");
}

Result<std::filesystem::path> findMotion(const std::string& name)
{
    const std::string wanted = name.empty() ? kDefaultMotion : name;
    return findShipped(wanted, {resourcePath("motions") / (wanted + ".bvh")}, "motion");
}

}  // namespace understudy
