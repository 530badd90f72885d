#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <QObject>
#include <QString>

#include "app/station.h"

namespace understudy {

class AnnotateController;
class AnnotatePage;
class EpisodeService;
class LibraryService;
class OperatePage;
class PracticeGuide;
class ReviewController;
class ReviewPage;
class SessionController;
class StudioWindow;

struct StudioOptions {
    std::filesystem::path library;
    std::optional<Station> station;  ///< connected at start; none: the library only
    bool practice = false;
    QString workspace;   ///< page to open: operate, annotate, review; empty: the one of last time
    QString episode;     ///< to open in Annotate
    QString language;    ///< en, zh; empty: the one of last time
    QString theme;       ///< dark, light; empty: the one of last time
    QString screenshot;  ///< save a picture of the window there once it is complete, and quit
    /// What StudioTimes count from: now, or when the program was started.
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

/// How long a person waits; -1 while it has not happened.
struct StudioTimes {
    double usableMs = -1;  ///< the window is painted and answers
    double drivenMs = -1;  ///< the robot follows, and is seen in 3D or said to be unseeable
};

/// The window with its pages, wired to one library and at most one session. GUI thread; a QApplication exists.
class Studio final : public QObject {
    Q_OBJECT

public:
    explicit Studio(const StudioOptions& options);
    ~Studio() override;

    void show();
    [[nodiscard]] const StudioTimes& times() const;

    [[nodiscard]] StudioWindow& window();
    [[nodiscard]] OperatePage& operatePage();
    [[nodiscard]] AnnotatePage& annotatePage();
    [[nodiscard]] ReviewPage& reviewPage();
    [[nodiscard]] SessionController& session();
    [[nodiscard]] PracticeGuide* guide();  ///< null without practice

signals:
    /// Once each, when times() says so.
    void usable();
    void driven();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Parts;

    void loadVocabulary();
    void showVocabulary();
    void connectParts();
    void watchForCompletion();
    [[nodiscard]] double sinceBegan() const;

    std::unique_ptr<Parts> m_parts;
};

/// Runs the window until it is closed; a QApplication exists. Returns the exit status.
[[nodiscard]] int runStudio(const StudioOptions& options);

}  // namespace understudy
