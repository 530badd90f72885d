#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/read/database.h"

namespace understudy {

/// Brings a database from version - 1 to version.
struct Migration {
    int version = 0;
    std::string sql;  ///< statements separated by empty lines
};

/// The numbered files of resources/sql, oldest first; the last one's version is kSchemaVersion.
[[nodiscard]] std::vector<Migration> migrations();

/// Applies what the database does not have yet, in one transaction: all of it, or nothing. Returns the version it had
/// before. A database that is newer than the last migration is an error. Programs that come at once take turns.
[[nodiscard]] Result<int> migrate(Database& database, std::span<const Migration> migrations);

}  // namespace understudy
