#pragma once

#include <map>
#include <span>

#include <pugixml.hpp>

#include "robots/model/description.h"

namespace understudy {

/// Gives every file that a description names a flat, unique name; the same file gets one name.
class AssetNames {
public:
    std::string nameFor(const std::filesystem::path& file);
    [[nodiscard]] const std::vector<Asset>& assets() const { return m_assets; }

private:
    std::vector<Asset> m_assets;
};

[[nodiscard]] Result<void> parseXml(pugi::xml_document& document, const std::filesystem::path& file);
[[nodiscard]] std::string toText(const pugi::xml_document& document);

/// URDF as vendors publish it, rewritten so that MuJoCo reads it: mesh names resolved, visuals and fixed links kept.
[[nodiscard]] Result<Description> readUrdf(pugi::xml_document& document, const std::filesystem::path& file);

}  // namespace understudy
