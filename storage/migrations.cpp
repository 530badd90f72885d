#include "storage/migrations.h"

#include <charconv>

namespace understudy {

std::vector<Migration> migrations()
{
    std::vector<Migration> found;
    for (const std::string& name : dialectSqlNames()) {
        int version = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
        if (error == std::errc{} && version > 0) found.push_back({.version = version, .sql = dialectSql(name)});
    }
    return found;
}

Result<int> migrate(Database& database, std::span<const Migration> migrations)
{
    int before = 0;
    const Result<void> done = database.transaction([&]() -> Result<void> {
        const Result<int> version = database.schemaVersion();
        if (!version) return tl::unexpected(version.error());
        before = *version;
        const int newest = migrations.empty() ? 0 : migrations.back().version;
        if (before > newest)
            return fail("the library was written by a newer program (its version is " + std::to_string(before) +
                        ", this program knows " + std::to_string(newest) +
                        "). Update this program; the library was not changed");
        for (const Migration& migration : migrations) {
            if (migration.version <= before) continue;
            if (const Result<void> applied = database.script(migration.sql); !applied)
                return fail("bringing the library to version " + std::to_string(migration.version) + " failed, it " +
                            "stays as it was: " + applied.error().message);
            if (const Result<void> set = database.setSchemaVersion(migration.version); !set) return set;
        }
        return {};
    });
    if (!done) return tl::unexpected(done.error());
    return before;
}

}  // namespace understudy
