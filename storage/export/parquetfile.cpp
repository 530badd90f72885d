#include "storage/export/parquetfile.h"

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

namespace understudy {
namespace {

/// Arrow's stream over our file seam.
class FileStream final : public arrow::io::OutputStream {
public:
    explicit FileStream(std::unique_ptr<File> file) : m_file(std::move(file)) {}

    arrow::Status Write(const void* data, std::int64_t count) override
    {
        const std::span<const std::byte> bytes(static_cast<const std::byte*>(data), static_cast<std::size_t>(count));
        if (const Result<void> written = m_file->write(m_position, bytes); !written)
            return arrow::Status::IOError(written.error().message);
        m_position += bytes.size();
        return arrow::Status::OK();
    }
    arrow::Status Close() override
    {
        if (m_closed) return arrow::Status::OK();
        m_closed = true;
        if (const Result<void> synced = m_file->sync(); !synced) return arrow::Status::IOError(synced.error().message);
        return arrow::Status::OK();
    }
    arrow::Result<std::int64_t> Tell() const override { return static_cast<std::int64_t>(m_position); }
    bool closed() const override { return m_closed; }
    [[nodiscard]] std::uint64_t position() const { return m_position; }

private:
    std::unique_ptr<File> m_file;
    std::uint64_t m_position = 0;
    bool m_closed = false;
};

template <typename Builder, typename Values>
arrow::Result<std::shared_ptr<arrow::Array>> build(const Values& values)
{
    Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<std::int64_t>(values.size())));
    for (const auto& value : values) ARROW_RETURN_NOT_OK(builder.Append(value));
    return builder.Finish();
}

template <typename Builder, typename Value>
arrow::Result<std::shared_ptr<arrow::Array>> buildLists(const std::vector<std::vector<Value>>& rows)
{
    auto items = std::make_shared<Builder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), items);
    for (const std::vector<Value>& row : rows) {
        ARROW_RETURN_NOT_OK(row.empty() ? lists.AppendNull() : lists.Append());
        for (const Value& value : row) ARROW_RETURN_NOT_OK(items->Append(value));
    }
    return lists.Finish();
}

struct BuildArray {
    using Built = arrow::Result<std::shared_ptr<arrow::Array>>;

    Built operator()(const std::vector<std::int64_t>& values) const { return build<arrow::Int64Builder>(values); }
    Built operator()(const std::vector<double>& values) const { return build<arrow::DoubleBuilder>(values); }
    Built operator()(const std::vector<float>& values) const { return build<arrow::FloatBuilder>(values); }
    Built operator()(const std::vector<bool>& values) const { return build<arrow::BooleanBuilder>(values); }
    Built operator()(const std::vector<std::string>& values) const { return build<arrow::StringBuilder>(values); }
    Built operator()(const std::vector<std::vector<std::int64_t>>& rows) const
    {
        return buildLists<arrow::Int64Builder>(rows);
    }
    Built operator()(const std::vector<std::vector<double>>& rows) const
    {
        return buildLists<arrow::DoubleBuilder>(rows);
    }
    Built operator()(const std::vector<std::vector<std::string>>& rows) const
    {
        return buildLists<arrow::StringBuilder>(rows);
    }
    Built operator()(const FloatLists& lists) const
    {
        ARROW_ASSIGN_OR_RAISE(const auto items, build<arrow::FloatBuilder>(lists.values));
        return arrow::FixedSizeListArray::FromArrays(items, lists.width);
    }
    Built operator()(const ChannelLists& lists) const
    {
        auto numbers = std::make_shared<arrow::DoubleBuilder>();
        auto columns = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), numbers);
        auto channels = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), columns);
        arrow::ListBuilder rows(arrow::default_memory_pool(), channels);
        for (const std::vector<double>& row : lists.rows) {
            ARROW_RETURN_NOT_OK(rows.Append());
            for (const double value : row) {
                ARROW_RETURN_NOT_OK(channels->Append());
                ARROW_RETURN_NOT_OK(columns->Append());
                ARROW_RETURN_NOT_OK(numbers->Append(value));
            }
        }
        return rows.Finish();
    }
};

tl::unexpected<Error> failed(const std::filesystem::path& path, const arrow::Status& status)
{
    return fail("cannot write " + path.string() + ": " + status.message());
}

}  // namespace

struct ParquetFile::Impl {
    std::filesystem::path path;
    std::shared_ptr<FileStream> stream;
    std::map<std::string, std::string> metadata;
    std::unique_ptr<parquet::arrow::FileWriter> writer;
    std::int64_t rows = 0;

    arrow::Result<std::shared_ptr<arrow::Table>> toTable(const std::vector<ParquetColumn>& columns) const
    {
        arrow::FieldVector fields;
        arrow::ArrayVector arrays;
        for (const ParquetColumn& column : columns) {
            ARROW_ASSIGN_OR_RAISE(auto array, std::visit(BuildArray{}, column.values));
            fields.push_back(arrow::field(column.name, array->type()));
            arrays.push_back(std::move(array));
        }
        std::shared_ptr<arrow::KeyValueMetadata> pairs;
        if (!metadata.empty()) {
            pairs = std::make_shared<arrow::KeyValueMetadata>();
            for (const auto& [key, value] : metadata) pairs->Append(key, value);
        }
        return arrow::Table::Make(arrow::schema(fields, pairs), arrays);
    }

    arrow::Status begin(const arrow::Schema& schema)
    {
        parquet::WriterProperties::Builder properties;
        properties.compression(parquet::Compression::SNAPPY)->enable_dictionary()->created_by("Understudy");
        parquet::ArrowWriterProperties::Builder arrowProperties;
        arrowProperties.store_schema();
        ARROW_ASSIGN_OR_RAISE(writer, parquet::arrow::FileWriter::Open(schema, arrow::default_memory_pool(), stream,
                                                                       properties.build(), arrowProperties.build()));
        return arrow::Status::OK();
    }

    arrow::Status write(const std::vector<ParquetColumn>& columns)
    {
        ARROW_ASSIGN_OR_RAISE(const auto table, toTable(columns));
        ARROW_RETURN_NOT_OK(table->Validate());
        if (!writer) ARROW_RETURN_NOT_OK(begin(*table->schema()));
        ARROW_RETURN_NOT_OK(writer->WriteTable(*table, std::max<std::int64_t>(table->num_rows(), 1)));
        rows += table->num_rows();
        return arrow::Status::OK();
    }
};

ParquetFile::ParquetFile(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ParquetFile::~ParquetFile() = default;
std::uint64_t ParquetFile::bytesWritten() const { return m_impl->stream->position(); }
std::int64_t ParquetFile::rows() const { return m_impl->rows; }

Result<std::unique_ptr<ParquetFile>> ParquetFile::create(FileSystem& files, const std::filesystem::path& path,
                                                         std::map<std::string, std::string> metadata)
{
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->stream = std::make_shared<FileStream>(std::move(*file));
    impl->metadata = std::move(metadata);
    return std::unique_ptr<ParquetFile>(new ParquetFile(std::move(impl)));
}

Result<void> ParquetFile::writeRowGroup(const std::vector<ParquetColumn>& columns)
{
    if (const arrow::Status status = m_impl->write(columns); !status.ok()) return failed(m_impl->path, status);
    return {};
}

Result<void> ParquetFile::close()
{
    arrow::Status status = m_impl->writer ? m_impl->writer->Close() : arrow::Status::OK();
    if (status.ok()) status = m_impl->stream->Close();
    if (!status.ok()) return failed(m_impl->path, status);
    return {};
}

void appendRows(std::vector<ParquetColumn>& columns, const std::vector<ParquetColumn>& more)
{
    if (columns.empty()) {
        columns = more;
        return;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::visit(
            [&](auto& into) {
                const auto& from = std::get<std::decay_t<decltype(into)>>(more[i].values);
                if constexpr (std::is_same_v<std::decay_t<decltype(into)>, FloatLists>)
                    into.values.insert(into.values.end(), from.values.begin(), from.values.end());
                else if constexpr (std::is_same_v<std::decay_t<decltype(into)>, ChannelLists>)
                    into.rows.insert(into.rows.end(), from.rows.begin(), from.rows.end());
                else
                    into.insert(into.end(), from.begin(), from.end());
            },
            columns[i].values);
    }
}

}  // namespace understudy
