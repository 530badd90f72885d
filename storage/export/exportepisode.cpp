#include "storage/export/exportepisode.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

std::string contradiction(const ExportVector& vector, std::size_t rows, const std::string& what)
{
    if (vector.names.empty()) return "it has no " + what;
    if (vector.values.size() != rows * vector.names.size() || vector.valid.size() != rows)
        return "its " + what + " does not fit its " + std::to_string(rows) + " rows";
    if (!std::ranges::all_of(vector.values, [](float value) { return std::isfinite(value); }))
        return "its " + what + " holds values that are no numbers";
    if (std::ranges::find(vector.valid, 1) == vector.valid.end()) return "no row has a valid " + what;
    return {};
}

}  // namespace

std::string contradiction(const ExportEpisode& episode)
{
    const std::size_t rows = episode.rows.size();
    if (rows == 0) return "it has no rows: no time is covered by every camera and the robot";
    if (episode.fps < 1 || episode.fps > 1000) return "its rate of " + std::to_string(episode.fps) + " rows per second";
    if (episode.task.empty()) return "it has no task text";
    if (std::ranges::adjacent_find(episode.rows, std::greater_equal{}) != episode.rows.end())
        return "its row times do not rise";
    if (std::string wrong = contradiction(episode.state, rows, "state"); !wrong.empty()) return wrong;
    if (std::string wrong = contradiction(episode.action, rows, "action"); !wrong.empty()) return wrong;
    for (const ExportCamera& camera : episode.cameras) {
        if (camera.rows.size() != rows || camera.width <= 0 || camera.height <= 0)
            return "its camera " + camera.name + " does not fit its " + std::to_string(rows) + " rows";
        if (std::ranges::none_of(camera.rows, &ExportImage::valid))
            return "no row has an image of the camera " + camera.name;
    }
    return {};
}

}  // namespace understudy
