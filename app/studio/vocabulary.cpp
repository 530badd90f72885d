#include "app/studio/vocabulary.h"

#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "app/studio/labelsearch.h"

namespace understudy {
namespace {

Result<std::vector<Vocabulary::Entry>> entries(const toml::table& root, const char* key, const std::string& origin)
{
    std::vector<Vocabulary::Entry> found;
    std::set<std::string> ids;
    const toml::array* list = root[key].as_array();
    if (list == nullptr || list->empty()) return fail(fmt::format("{} has no [[{}]]", origin, key));
    for (const toml::node& node : *list) {
        const toml::table* table = node.as_table();
        const auto text = [&](const char* name) {
            return table ? (*table)[name].value_or(std::string()) : std::string();
        };
        const std::string id = text("id");
        if (id.empty() || text("en").empty() || text("zh").empty())
            return fail(
                fmt::format("{}, line {}: every [[{}]] needs id, en and zh", origin, node.source().begin.line, key));
        if (!ids.insert(id).second)
            return fail(fmt::format("{}, line {}: the id \"{}\" stands twice", origin, node.source().begin.line, id));
        found.push_back({.id = QString::fromStdString(id),
                         .en = QString::fromStdString(text("en")),
                         .zh = QString::fromStdString(text("zh")),
                         .initials = text("py").empty() ? pinyinInitials(QString::fromStdString(text("zh")))
                                                        : QString::fromStdString(text("py"))});
    }
    return found;
}

}  // namespace

Result<Vocabulary> Vocabulary::load(const std::filesystem::path& file)
{
    toml::table root;
    try {
        root = toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        return fail(fmt::format("{}, line {}: {}", file.string(), error.source().begin.line, error.description()));
    }
    Vocabulary vocabulary;
    auto tiers = entries(root, "tier", file.string());
    if (!tiers) return tl::unexpected(tiers.error());
    auto labels = entries(root, "label", file.string());
    if (!labels) return tl::unexpected(labels.error());
    vocabulary.tierEntries = std::move(*tiers);
    vocabulary.labelEntries = std::move(*labels);
    return vocabulary;
}

std::vector<AnnotateTier> Vocabulary::tiers(const QString& language) const
{
    std::vector<AnnotateTier> shown;
    for (const Entry& entry : tierEntries)
        shown.push_back({.id = entry.id, .title = language == QStringLiteral("zh") ? entry.zh : entry.en});
    return shown;
}

std::vector<AnnotateLabel> Vocabulary::labels(const QString& language) const
{
    std::vector<AnnotateLabel> shown;
    const bool zh = language == QStringLiteral("zh");
    for (const Entry& entry : labelEntries)
        shown.push_back({.id = entry.id,
                         .title = zh ? entry.zh : entry.en,
                         .otherTitle = zh ? entry.en : entry.zh,
                         .initials = entry.initials});
    return shown;
}

}  // namespace understudy
