#include "app/studio/sessionstartpicture.h"

#include "app/studio/sessionimage.h"
#include "core/file.h"
#include "storage/read/episodereader.h"
#include "storage/read/libraryreader.h"

namespace understudy {

QImage startPictureOf(const std::filesystem::path& library, const std::string& task)
{
    const auto reader = LibraryReader::open(library);
    if (!reader) return {};
    if (const auto cards = (*reader)->tasks(); cards)
        for (const Task& card : *cards)
            if (card.name == task && !card.startPicture.empty()) {
                const QImage stored(QString::fromStdString((library / card.startPicture).string()));
                if (!stored.isNull()) return stored;
            }
    EpisodeFilter filter;
    filter.tasks = {task};
    filter.outcomes = {Outcome::Success};
    const auto page = (*reader)->list(filter, 1);
    if (!page || page->episodes.empty()) return {};
    PosixFileSystem files;
    const auto episode = EpisodeReader::open(files, library / page->episodes.front().path);
    if (!episode || (*episode)->info().cameras.empty()) return {};
    const Result<ImageRef> image = (*episode)->image((*episode)->info().cameras.front().name, 0);
    return image && *image ? toQImage(**image) : QImage();
}

}  // namespace understudy
