#pragma once

#include <QProcess>
#include <QStringList>

#include "support/shared.h"

namespace understudy::test {

struct PythonRun {
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

/// The interpreter with the judges of formats; where it is missing, skip in words.
[[nodiscard]] inline std::filesystem::path python() { return source(".venv/bin/python"); }
[[nodiscard]] inline bool hasPython(const QString& modules)
{
    if (!std::filesystem::exists(python())) return false;
    return QProcess::execute(QString::fromStdString(python().string()), {"-c", "import " + modules}) == 0;
}

/// Runs a program text; its arguments follow as sys.argv[1:].
[[nodiscard]] inline PythonRun runPython(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(QString::fromStdString(python().string()), QStringList{"-c", program} + arguments);
    process.waitForFinished(60'000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

}  // namespace understudy::test
