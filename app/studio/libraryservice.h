#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include <QObject>
#include <QPointer>
#include <QThread>

#include "storage/library.h"
#include "storage/librarywriter.h"
#include "storage/read/libraryreader.h"

namespace understudy {

/// What a job of the library's thread works with.
struct LibraryAccess {
    LibraryReader& reader;
    LibraryWriter& writer;
};

/// The library's own thread, so that no page ever waits for the disk. Jobs run one after another in the order they
/// were asked for; answers arrive on the GUI thread while the asker lives.
class LibraryService final : public QObject {
    Q_OBJECT

public:
    /// `first`: whether the first job may make a library where there is none. Later ones never do: a library that was
    /// there and is gone is not replaced by an empty one, for its disk may come back.
    explicit LibraryService(std::filesystem::path library, LibraryMode first = LibraryMode::OpenOrCreate);
    ~LibraryService() override;

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

    /// `job` returns a Result<T> on the library's thread, `done` takes it on the GUI thread. Where the library cannot
    /// be opened, or was lost, `done` gets that error and the next job tries again.
    template <typename Job, typename Done>
    void ask(QObject* asker, Job job, Done done)
    {
        using Answer = std::invoke_result_t<Job, const LibraryAccess&>;
        post([this, asker = QPointer<QObject>(asker), job = std::move(job), done = std::move(done)]() mutable {
            Result<void> ready = open();
            Answer answer = ready ? job(LibraryAccess{.reader = *m_reader, .writer = *m_writer})
                                  : Answer(tl::unexpected(ready.error()));
            QMetaObject::invokeMethod(
                this,
                [asker, done = std::move(done), answer = std::move(answer)]() mutable {
                    if (asker) done(std::move(answer));
                },
                Qt::QueuedConnection);
        });
    }

private:
    void post(std::function<void()> job);
    [[nodiscard]] Result<void> open();

    std::filesystem::path m_path;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<LibraryReader> m_reader;
    std::unique_ptr<LibraryWriter> m_writer;
    LibraryMode m_mode;
};

}  // namespace understudy
