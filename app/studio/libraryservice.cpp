#include "app/studio/libraryservice.h"

namespace understudy {

LibraryService::LibraryService(std::filesystem::path library, LibraryMode first)
    : m_path(std::move(library)), m_mode(first)
{
    m_thread.setObjectName(QStringLiteral("library"));
    m_context.moveToThread(&m_thread);
    m_thread.start();
}

LibraryService::~LibraryService()
{
    post([this] {
        m_reader.reset();
        m_writer.reset();
    });
    m_thread.quit();
    m_thread.wait();
}

void LibraryService::post(std::function<void()> job)
{
    QMetaObject::invokeMethod(&m_context, std::move(job), Qt::QueuedConnection);
}

Result<void> LibraryService::open()
{
    std::error_code error;
    if (m_reader && !std::filesystem::exists(m_path, error)) {
        m_reader.reset();
        m_writer.reset();
    }
    if (m_reader) return {};
    if (Result<Library> ready = openLibrary(m_path, m_mode); !ready) return tl::unexpected(ready.error());
    Result<std::unique_ptr<LibraryWriter>> writer = LibraryWriter::open(m_path);
    if (!writer) return tl::unexpected(writer.error());
    Result<std::unique_ptr<LibraryReader>> reader = LibraryReader::open(m_path);
    if (!reader) return tl::unexpected(reader.error());
    m_writer = std::move(*writer);
    m_reader = std::move(*reader);
    m_mode = LibraryMode::Open;
    return {};
}

}  // namespace understudy
