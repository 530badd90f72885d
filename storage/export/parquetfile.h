#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/file.h"

namespace understudy {

/// Rows of `width` floats each, one after another.
struct FloatLists {
    int width = 0;
    std::vector<float> values;
};

/// Rows of one number per colour channel, stored as lists of shape [channels][1][1].
struct ChannelLists {
    std::vector<std::vector<double>> rows;
};

/// Empty lists of varying length are stored as null: the row says nothing there.
using ColumnValues =
    std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<float>, std::vector<bool>,
                 std::vector<std::string>, std::vector<std::vector<std::int64_t>>, std::vector<std::vector<double>>,
                 std::vector<std::vector<std::string>>, FloatLists, ChannelLists>;

struct ParquetColumn {
    std::string name;
    ColumnValues values;
};

/// Adds the rows of `more`, whose columns have the same names and kinds in the same order.
void appendRows(std::vector<ParquetColumn>& columns, const std::vector<ParquetColumn>& more);

/// A Parquet file with snappy compression and dictionaries. Columns are fixed by the first row group. Unreadable
/// until close(). One thread at a time.
class ParquetFile {
public:
    /// `metadata` are the key-value pairs of the file.
    [[nodiscard]] static Result<std::unique_ptr<ParquetFile>>
    create(FileSystem& files, const std::filesystem::path& path, std::map<std::string, std::string> metadata = {});
    ~ParquetFile();
    ParquetFile(const ParquetFile&) = delete;
    ParquetFile& operator=(const ParquetFile&) = delete;

    [[nodiscard]] Result<void> writeRowGroup(const std::vector<ParquetColumn>& columns);
    [[nodiscard]] Result<void> close();

    [[nodiscard]] std::uint64_t bytesWritten() const;
    [[nodiscard]] std::int64_t rows() const;

private:
    struct Impl;
    explicit ParquetFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
