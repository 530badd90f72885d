#pragma once

#include <QCoreApplication>
#include <QStandardPaths>
#include <QTest>

#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>

#include "app/studio/operatepage.h"
#include "app/studio/reviewpage.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studio.h"
#include "app/studio/studiowindow.h"
#include "storage/read/libraryreader.h"
#include "widgets/messagebar.h"
#include "widgets/statebanner.h"

namespace understudy::test {

inline constexpr int kPatience = 60'000;  ///< ms, for what a busy machine may take long to do

/// Settings of their own, empty.
inline void useOwnSettings(const char* name)
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName("understudy-test");
    QCoreApplication::setApplicationName(name);
    QSettings().clear();
}

/// The embedded robot; with one camera that costs nothing to draw where pictures are asked for.
inline Station station(bool camera = false)
{
    Station made;
    made.camerasFromProfile = false;
    if (camera) made.cameras = {{.name = "head", .kind = "pattern", .width = 320, .height = 240, .rateHz = 30}};
    made.realTime = false;
    made.loopHz = 250;
    return made;
}

/// Keys as a keyboard sends them: to the window in front, which hands them to whatever has the focus.
inline void press(QWidget& window, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
{
    QTest::keyPress(window.windowHandle(), key, modifiers);
}
inline void release(QWidget& window, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
{
    QTest::keyRelease(window.windowHandle(), key, modifiers);
}
inline void click(QWidget& window, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
{
    press(window, key, modifiers);
    release(window, key, modifiers);
}

/// Every episode of a library, newest first, with practice and the tray.
inline std::vector<EpisodeRow> episodes(const std::filesystem::path& library)
{
    const auto reader = LibraryReader::open(library);
    if (!reader) return {};
    std::vector<EpisodeRow> rows;
    for (const bool practice : {false, true})
        for (const bool tray : {false, true}) {
            EpisodeFilter filter{.practice = practice};
            if (tray) filter.states = {EpisodeState::Tray};
            if (const auto page = (*reader)->list(filter, 100))
                for (const EpisodeRow& row : page->episodes) rows.push_back(row);
        }
    return rows;
}

/// The words of a failure, for QVERIFY2.
inline QByteArray describe(const OperateView& view)
{
    return QStringLiteral("phase %1, reason %2, reset %3, recording %4")
        .arg(static_cast<int>(view.phase))
        .arg(static_cast<int>(view.reason))
        .arg(view.reset)
        .arg(view.recording)
        .toUtf8();
}

}  // namespace understudy::test
