#pragma once

#include <filesystem>
#include <optional>

#include <QString>

#include "app/station.h"

namespace understudy {

struct StudioOptions {
    std::filesystem::path library;
    std::optional<Station> station;  ///< connected at start; none: the library only
    bool practice = false;
    QString workspace;   ///< page to open: operate, annotate, review; empty: the one of last time
    QString episode;     ///< to open in Annotate
    QString language;    ///< en, zh; empty: the one of last time
    QString theme;       ///< dark, light; empty: the one of last time
    QString screenshot;  ///< save a picture of the window there once it is complete, and quit
};

/// Runs the window until it is closed; a QApplication exists. Returns the exit status.
[[nodiscard]] int runStudio(const StudioOptions& options);

}  // namespace understudy
