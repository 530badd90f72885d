#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

namespace understudy {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

/// The row a query stands on; columns count from 0. Valid inside the callback only.
class SqlRow {
public:
    virtual ~SqlRow() = default;
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    [[nodiscard]] virtual double real(int column) const = 0;
    [[nodiscard]] virtual std::string text(int column) const = 0;
    [[nodiscard]] virtual bool isNull(int column) const = 0;
};

/// One connection to a library's database; the only place that knows which engine it is. Belongs to the thread that
/// opened it. Statements are prepared once and kept. A QCoreApplication must exist.
class Database {
public:
    enum class Access : std::uint8_t {
        Read,   ///< nothing can be written; works beside a writer and sees what was committed when a query began
        Write,  ///< commits return once they are on the medium; no checkpoint runs inside one
        Create  ///< the same on a file that is not there yet
    };

    /// `file` is the database itself. With Read and Write it must be one that verifyLibraryFile() accepts.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Access access);
    /// Whether every page and index of such a file fits the others; reads all of it. An error where that cannot be
    /// told, because it is busy, or nobody may read it.
    [[nodiscard]] static Result<bool> isWhole(const std::filesystem::path& file);
    ~Database();

    /// One statement; returns the number of rows it changed. Placeholders are '?'.
    [[nodiscard]] Result<std::int64_t> execute(const std::string& sql, const std::vector<SqlValue>& values = {});
    /// `each` may run other statements, not the same one.
    [[nodiscard]] Result<void> query(const std::string& sql, const std::vector<SqlValue>& values,
                                     const std::function<void(const SqlRow&)>& each);
    /// Statements separated by empty lines.
    [[nodiscard]] Result<void> script(std::string_view sql);

    /// Takes the write lock, runs `body`, and commits what it did, or nothing when it fails. Not inside another.
    [[nodiscard]] Result<void> transaction(const std::function<Result<void>()>& body);
    /// The same where the lock is free; false, with nothing done, where somebody else holds it.
    [[nodiscard]] Result<bool> tryTransaction(const std::function<Result<void>()>& body);
    /// Every query inside `body` sees the same moment. Not inside another.
    [[nodiscard]] Result<void> snapshot(const std::function<Result<void>()>& body);

    [[nodiscard]] Result<int> schemaVersion();
    [[nodiscard]] Result<void> setSchemaVersion(int version);
    /// Moves what was committed into the main file. Waits for nobody; what readers still need stays for the next time.
    [[nodiscard]] Result<void> checkpoint();
    /// Every page and index, against each other. Reads the whole file. An error says what is damaged.
    [[nodiscard]] Result<void> verify();

private:
    class Impl;
    explicit Database(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// SQL that differs between engines stands in resources/sql/<engine>/<name>.sql.
[[nodiscard]] std::string dialectSql(const std::string& name);
/// Those that there are, by name.
[[nodiscard]] std::vector<std::string> dialectSqlNames();

}  // namespace understudy
