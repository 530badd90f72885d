#pragma once

#include <filesystem>
#include <string>

#include <QImage>

namespace understudy {

/// How the table shall look before a take: the picture on the task's card, else the first image of the last good take
/// of that task. Null when there is neither. Reads files: not on the GUI thread.
[[nodiscard]] QImage startPictureOf(const std::filesystem::path& library, const std::string& task);

}  // namespace understudy
