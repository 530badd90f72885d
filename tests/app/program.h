#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

namespace understudy::test {

struct Ran {
    int status = -1;  ///< -1: it was ended by a signal, or did not end
    QByteArray out;
    QByteArray err;
};

/// Runs any program to its end.
inline Ran runProgram(const QString& name, const QStringList& arguments, const QStringList& environment = {})
{
    QProcess program;
    if (!environment.isEmpty()) program.setEnvironment(QProcess::systemEnvironment() + environment);
    program.start(name, arguments);
    if (!program.waitForFinished(120'000)) {
        program.kill();
        program.waitForFinished();
        return {};
    }
    Ran ran{.out = program.readAllStandardOutput(), .err = program.readAllStandardError()};
    if (program.exitStatus() == QProcess::NormalExit) ran.status = program.exitCode();
    return ran;
}

/// The studio itself, as a shell would start it.
inline Ran run(const QStringList& arguments) { return runProgram(QStringLiteral(UNDERSTUDY_PROGRAM), arguments); }

inline QJsonObject documentOf(const Ran& ran) { return QJsonDocument::fromJson(ran.out).object(); }

/// A station that starts at once: the built-in robot, two small test pictures, no real-time scheduling. `more` is
/// appended. The path of its file.
inline QString writeStation(const QString& folder, const QByteArray& more = {})
{
    const QString path = QDir(folder).filePath("station.toml");
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return {};
    file.write("name = \"bench\"\n[teleop]\nreal_time = false\n"
               "[[camera]]\nname = \"head\"\nkind = \"pattern\"\nwidth = 160\nheight = 120\nrate_hz = 30\n"
               "[[camera]]\nname = \"wrist\"\nkind = \"pattern\"\nwidth = 160\nheight = 120\nrate_hz = 25\n" +
               more);
    return path;
}

/// Waits until a running program has written these words to its standard error, which is kept in `heard`.
inline bool waitForWords(QProcess& program, const QByteArray& words, QByteArray& heard)
{
    for (int waited = 0; waited < 600 && program.state() != QProcess::NotRunning; ++waited) {
        program.waitForReadyRead(100);
        heard += program.readAllStandardError();
        if (heard.contains(words)) return true;
    }
    return heard.contains(words);
}

}  // namespace understudy::test
