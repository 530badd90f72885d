#include "storage/checkpointer.h"

#include <condition_variable>
#include <mutex>

#include "storage/read/database.h"
#include "storage/read/libraryfile.h"

namespace understudy {

Checkpointer::Checkpointer(const std::filesystem::path& library, std::chrono::milliseconds period)
    : m_thread([file = databaseFile(library), period](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_ptr<Database> database;
          std::unique_lock lock(mutex);
          while (!stop.stop_requested()) {
              wake.wait_for(lock, stop, period, [] { return false; });
              if (!database) database = Database::open(file, Database::Access::Write).value_or(nullptr);
              if (database && !database->checkpoint()) database.reset();
          }
      })
{
}

}  // namespace understudy
