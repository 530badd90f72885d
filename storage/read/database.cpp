#include "storage/read/database.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUrl>
#include <QVariant>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

#include <fcntl.h>

#include "core/uuid.h"
#include "storage/read/libraryfile.h"

// Resources of a static library are linked only when they are asked for, outside any namespace.
static void linkSqlResources() { Q_INIT_RESOURCE(sql); }

namespace understudy {
namespace {

constexpr std::size_t kKeptStatements = 128;
constexpr std::chrono::milliseconds kPatience{5000};  ///< with others who write

QString toQt(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

QVariant variantOf(const SqlValue& value)
{
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return QVariant::fromValue<qlonglong>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* text = std::get_if<std::string>(&value)) return toQt(*text);
    return {};
}

class QueryRow final : public SqlRow {
public:
    explicit QueryRow(const QSqlQuery& query) : m_query(query) {}
    std::int64_t integer(int column) const override { return m_query.value(column).toLongLong(); }
    double real(int column) const override { return m_query.value(column).toDouble(); }
    std::string text(int column) const override { return m_query.value(column).toString().toStdString(); }
    bool isNull(int column) const override { return m_query.isNull(column); }

private:
    const QSqlQuery& m_query;
};

/// Where a file lies, so that one that was moved, deleted or unmounted under us is noticed.
struct FilePlace {
    dev_t device = 0;
    ino_t node = 0;
    bool operator==(const FilePlace&) const = default;
};

FilePlace placeOf(const std::filesystem::path& file)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return {};
    return {.device = status.st_dev, .node = status.st_ino};
}

bool isWritable(const std::filesystem::path& path)
{
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

}  // namespace

class Database::Impl {
public:
    std::filesystem::path file;
    Access access = Access::Read;
    FilePlace place;
    QString connection = QString::fromStdString(newUuid());
    std::thread::id thread = std::this_thread::get_id();
    bool inTransaction = false;
    mutable int lastCode = 0;  ///< of the engine's last error
    std::unordered_map<std::string, std::unique_ptr<QSqlQuery>> statements;

    ~Impl()
    {
        statements.clear();
        QSqlDatabase::removeDatabase(connection);
    }

    [[nodiscard]] Result<void> connect(const std::filesystem::path& path, Access wanted);

    [[nodiscard]] tl::unexpected<Error> inWords(const QSqlError& error) const
    {
        const std::string name = file.string();
        lastCode = error.nativeErrorCode().toInt() & 0xFF;
        switch (lastCode) {
        case 5:
        case 6:
            return fail("the library " + name + " is busy: another program has kept it locked for five seconds. " +
                        "Try again when it is done");
        case 8:
            return fail("the library " + name + " cannot be written: the file or its folder is read-only for this " +
                        "user. Give the right to write, or copy the library to another place");
        case 10:
            return fail("the disk failed while the library " + name + " was read or written (" +
                        error.databaseText().toStdString() + "). Check that the disk is still connected and healthy");
        case 11:
        case 26:
            return fail("the library's index " + name + " is damaged (" + error.databaseText().toStdString() +
                        "). `understudy check` rebuilds it from the episodes");
        case 13:
            return fail("no space is left for the library " + name + ". Free some and try again; nothing was changed");
        case 14:
            return fail("cannot open the library " + name + ": check that its folder is there, and that this user " +
                        "may read and write in it");
        default:
            return fail("the library " + name + " refused a change or question: " + error.databaseText().toStdString());
        }
    }

    [[nodiscard]] Result<void> stillThere() const
    {
        if (placeOf(file) == place) return {};
        return fail("the library " + file.parent_path().string() +
                    " is no longer where it was: its folder was moved, " +
                    "deleted or unmounted. Bring it back and open it again");
    }

    /// A statement taken from the store, given back by keep().
    [[nodiscard]] Result<std::unique_ptr<QSqlQuery>> run(const std::string& sql, const std::vector<SqlValue>& values)
    {
        assert(thread == std::this_thread::get_id());
        if (const Result<void> there = stillThere(); !there) return tl::unexpected(there.error());
        std::unique_ptr<QSqlQuery> statement;
        if (const auto kept = statements.find(sql); kept != statements.end()) {
            statement = std::move(kept->second);
            statements.erase(kept);
        } else {
            statement = std::make_unique<QSqlQuery>(QSqlDatabase::database(connection, false));
            statement->setForwardOnly(true);
            if (!statement->prepare(toQt(sql))) return inWords(statement->lastError());
        }
        for (std::size_t i = 0; i < values.size(); ++i) statement->bindValue(static_cast<int>(i), variantOf(values[i]));
        if (!statement->exec()) return inWords(statement->lastError());
        return statement;
    }

    void keep(const std::string& sql, std::unique_ptr<QSqlQuery> statement)
    {
        statement->finish();
        if (statements.size() >= kKeptStatements) statements.clear();
        statements.insert_or_assign(sql, std::move(statement));
    }

    [[nodiscard]] Result<void> direct(const std::string& sql)
    {
        QSqlQuery statement(QSqlDatabase::database(connection, false));
        if (!statement.exec(toQt(sql))) return inWords(statement.lastError());
        return {};
    }

    /// How long a statement waits for others who hold a lock.
    [[nodiscard]] Result<void> waitFor(std::chrono::milliseconds time)
    {
        return direct("PRAGMA busy_timeout = " + std::to_string(time.count()));
    }

    [[nodiscard]] Result<void> bracket(const char* begin, const std::function<Result<void>()>& body)
    {
        assert(!inTransaction);
        if (const Result<void> there = stillThere(); !there) return there;
        if (const Result<void> begun = direct(begin); !begun) return begun;
        inTransaction = true;
        Result<void> done = body();
        if (done) done = stillThere();
        if (done) done = direct("COMMIT");
        inTransaction = false;
        // After an error such as a full disk the engine may already have rolled back.
        if (!done) static_cast<void>(direct("ROLLBACK"));
        return done;
    }
};

Database::Database(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Access access)
{
    auto impl = std::make_unique<Impl>();
    if (const Result<void> connected = impl->connect(file, access); !connected)
        return tl::unexpected(connected.error());
    return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Result<bool> Database::isWhole(const std::filesystem::path& file)
{
    auto impl = std::make_unique<Impl>();
    Result<void> found = impl->connect(file, Access::Write);
    bool isWhole = found.has_value();
    if (found) {
        auto check = impl->run("PRAGMA integrity_check(1)", {});
        if (check && (*check)->next()) isWhole = (*check)->value(0).toString() == "ok";
        if (!check) found = tl::unexpected(check.error());
    }
    if (found) return isWhole;
    if (impl->lastCode == 11 || impl->lastCode == 26) return false;
    return tl::unexpected(found.error());
}

Result<void> Database::Impl::connect(const std::filesystem::path& path, Access wanted)
{
    if (QCoreApplication::instance() == nullptr)
        return fail("a library can be opened only while a QCoreApplication exists");
    if (!QSqlDatabase::isDriverAvailable("QSQLITE"))
        return fail("Qt's SQLite driver is not installed. Install the package libqt6sql6-sqlite");
    file = path;
    access = wanted;

    // In a folder that nobody here can write, and with nothing waiting in a log, the file cannot change under us.
    std::filesystem::path log = file;
    log += "-wal";
    std::error_code ignored;
    const bool isFrozen =
        access == Access::Read && !isWritable(file.parent_path()) && !std::filesystem::exists(log, ignored);
    if (access != Access::Read && !isWritable(file.parent_path()) && errno == EROFS)
        return fail("the library's folder " + file.parent_path().string() +
                    " lies on a disk that is read-only. Connect it for writing, or choose another with --library");
    if (access != Access::Read && !isWritable(file.parent_path()))
        return fail("the library's folder " + file.parent_path().string() +
                    " cannot be written by this user. Give the right to write, or choose another with --library");
    if (access == Access::Write && !isWritable(file))
        return fail("the library's index " + file.string() +
                    " cannot be written by this user. Give the right to write, or copy the library to another place");

    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", connection);
    QString options = QStringLiteral("QSQLITE_OPEN_URI;QSQLITE_BUSY_TIMEOUT=%1").arg(kPatience.count());
    if (access == Access::Read) options += ";QSQLITE_OPEN_READONLY";
    database.setConnectOptions(options);
    const QByteArray encoded = QByteArray::fromStdString(std::filesystem::absolute(file, ignored).string());
    QString name = "file:" + QString::fromLatin1(QUrl::toPercentEncoding(QFile::decodeName(encoded), "/"));
    if (isFrozen) name += "?immutable=1";
    database.setDatabaseName(name);
    if (!database.open()) {
        const QSqlError error = database.lastError();
        database = {};
        return inWords(error);
    }
    database = {};
    place = placeOf(file);

    std::vector<std::string> settings{"PRAGMA foreign_keys = ON", "PRAGMA cell_size_check = ON",
                                      "PRAGMA cache_size = -65536", "PRAGMA temp_store = MEMORY"};
    if (access == Access::Read)
        settings.emplace_back("PRAGMA trusted_schema = OFF");
    else
        settings.insert(settings.end(), {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                         "PRAGMA wal_autocheckpoint = 0", "PRAGMA journal_size_limit = 67108864"});
    if (access == Access::Create) settings.emplace_back("PRAGMA application_id = " + std::to_string(kApplicationId));
    settings.emplace_back("SELECT count(*) FROM sqlite_schema");
    for (const std::string& setting : settings)
        if (Result<void> set = direct(setting); !set) return set;
    return {};
}

Result<std::int64_t> Database::execute(const std::string& sql, const std::vector<SqlValue>& values)
{
    auto statement = m_impl->run(sql, values);
    if (!statement) return tl::unexpected(statement.error());
    const std::int64_t changed = (*statement)->numRowsAffected();
    m_impl->keep(sql, std::move(*statement));
    return changed;
}

Result<void> Database::query(const std::string& sql, const std::vector<SqlValue>& values,
                             const std::function<void(const SqlRow&)>& each)
{
    auto statement = m_impl->run(sql, values);
    if (!statement) return tl::unexpected(statement.error());
    const QueryRow row(**statement);
    while ((*statement)->next()) each(row);
    if ((*statement)->lastError().isValid()) return m_impl->inWords((*statement)->lastError());
    m_impl->keep(sql, std::move(*statement));
    return {};
}

Result<void> Database::script(std::string_view sql)
{
    while (!sql.empty()) {
        const std::size_t end = sql.find("\n\n");
        std::string_view statement = sql.substr(0, end);
        sql = end == std::string_view::npos ? std::string_view{} : sql.substr(end + 2);
        while (statement.starts_with("--") || statement.starts_with('\n')) {
            const std::size_t line = statement.find('\n');
            statement = line == std::string_view::npos ? std::string_view{} : statement.substr(line + 1);
        }
        if (statement.find_first_not_of(" \n\t") == std::string_view::npos) continue;
        if (const Result<void> done = m_impl->direct(std::string(statement)); !done) return done;
    }
    return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& body)
{
    return m_impl->bracket("BEGIN IMMEDIATE", body);
}

Result<bool> Database::tryTransaction(const std::function<Result<void>()>& body)
{
    if (const Result<void> set = m_impl->waitFor(std::chrono::milliseconds(0)); !set)
        return tl::unexpected(set.error());
    m_impl->lastCode = 0;
    const Result<void> done = transaction(body);
    const bool isBusy = !done && (m_impl->lastCode == 5 || m_impl->lastCode == 6);
    if (const Result<void> set = m_impl->waitFor(kPatience); !set) return tl::unexpected(set.error());
    if (isBusy) return false;
    if (!done) return tl::unexpected(done.error());
    return true;
}

Result<void> Database::snapshot(const std::function<Result<void>()>& body) { return m_impl->bracket("BEGIN", body); }

Result<int> Database::schemaVersion()
{
    int version = 0;
    const Result<void> asked =
        query("PRAGMA user_version", {}, [&](const SqlRow& row) { version = static_cast<int>(row.integer(0)); });
    if (!asked) return tl::unexpected(asked.error());
    return version;
}

Result<void> Database::setSchemaVersion(int version)
{
    return m_impl->direct("PRAGMA user_version = " + std::to_string(version));
}

Result<void> Database::checkpoint() { return m_impl->direct("PRAGMA wal_checkpoint(PASSIVE)"); }

Result<void> Database::verify()
{
    std::string problems;
    const Result<void> asked = query("PRAGMA integrity_check(10)", {}, [&](const SqlRow& row) {
        if (row.text(0) != "ok") problems += (problems.empty() ? "" : "; ") + row.text(0);
    });
    if (!asked) return asked;
    if (!problems.empty())
        return fail("the library's index " + m_impl->file.string() + " is damaged: " + problems +
                    ". `understudy check` rebuilds it from the episodes");
    return {};
}

std::string dialectSql(const std::string& name)
{
    linkSqlResources();
    QFile file(QString::fromStdString(":/sql/sqlite/" + name + ".sql"));
    const bool isOpen = file.open(QIODevice::ReadOnly);
    assert(isOpen);
    static_cast<void>(isOpen);
    std::string text = file.readAll().toStdString();
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

std::vector<std::string> dialectSqlNames()
{
    linkSqlResources();
    std::vector<std::string> names;
    for (const QFileInfo& file : QDir(":/sql/sqlite").entryInfoList({"*.sql"}, QDir::Files, QDir::Name))
        names.push_back(file.completeBaseName().toStdString());
    return names;
}

}  // namespace understudy
