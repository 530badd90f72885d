#include "app/studio/recorderview.h"

#include <cmath>

#include <QCoreApplication>
#include <QTime>

#include "core/clock.h"

namespace understudy {
namespace {

struct RecorderView {
    Q_DECLARE_TR_FUNCTIONS(RecorderView)
};

QString problemOf(const StreamStatus& stream)
{
    QStringList parts;
    if (stream.silent) parts << RecorderView::tr("silent");
    const std::uint64_t known = stream.queueFull + stream.encoderLate + stream.unencodable;
    if (stream.queueFull > 0) parts << RecorderView::tr("queue full, %1 lost").arg(stream.queueFull);
    if (stream.encoderLate > 0) parts << RecorderView::tr("encoder late, %1 images lost").arg(stream.encoderLate);
    if (stream.unencodable > 0) parts << RecorderView::tr("%1 images could not be encoded").arg(stream.unencodable);
    if (stream.dropped > known) parts << RecorderView::tr("%1 lost").arg(stream.dropped - known);
    return parts.join(QStringLiteral(", "));
}

QString causeOf(const std::string& cause)
{
    if (cause == "fault") return RecorderView::tr("a fault of the robot");
    if (cause == "contact") return RecorderView::tr("a contact");
    if (cause == "solver_failed") return RecorderView::tr("a posture without a solution");
    if (cause == "stop_requested") return RecorderView::tr("a stop request while driving");
    if (cause == "robot_lost") return RecorderView::tr("the robot fell silent");
    if (cause == "operator_lost") return RecorderView::tr("the operator's device fell silent");
    return QString::fromStdString(cause);
}

}  // namespace

void showRecorder(OperateView& view, const RecorderStatus& recorder)
{
    view.takeSeconds = toSeconds(recorder.takeDuration);
    view.diskMinutes = recorder.minutesLeft;
    view.room = recorder.room;
    view.streams.clear();
    for (const StreamStatus& stream : recorder.streams)
        view.streams.push_back({.name = QString::fromStdString(stream.name),
                                .rateHz = stream.rateHz,
                                .announcedHz = stream.announcedHz,
                                .dropped = stream.dropped,
                                .problem = problemOf(stream)});
    if (recorder.diskSilence > 0)
        view.recorderProblem = RecorderView::tr("the disk has not answered for %1 s; samples wait in memory")
                                   .arg(toSeconds(recorder.diskSilence), 0, 'f', 0);
    else
        view.recorderProblem = QString::fromStdString(recorder.problem);
    if (recorder.diskStalls > 0)
        view.stalls = RecorderView::tr("the disk stalled %n time(s), at most for %1 s", nullptr,
                                       static_cast<int>(recorder.diskStalls))
                          .arg(toSeconds(recorder.longestStall), 0, 'f', 1);
}

QString warningOf(DiskRoom room, double minutesLeft)
{
    const auto minutes = static_cast<int>(std::ceil(std::max(0.0, minutesLeft)));
    switch (room) {
    case DiskRoom::Enough:
        return {};
    case DiskRoom::Low:
        return RecorderView::tr("The disk has room for %n minute(s) of recording. Takes that were set aside are being "
                                "removed; make more room before the next ones.",
                                nullptr, minutes);
    case DiskRoom::Last:
        return RecorderView::tr("The disk has room for %n minute(s) of recording: end this take and make room.",
                                nullptr, minutes);
    }
    return {};
}

QString describe(const BlackBoxReport& fault)
{
    const QString when = QTime::currentTime().toString(QStringLiteral("hh:mm:ss"));
    if (fault.file.empty())
        return RecorderView::tr("%1, %2: its last seconds could not be kept. %3")
            .arg(when, causeOf(fault.cause), QString::fromStdString(fault.problem));
    return RecorderView::tr("%1, %2: the ten seconds before are kept in blackbox/%3")
        .arg(when, causeOf(fault.cause), QString::fromStdString(fault.file.filename().string()));
}

}  // namespace understudy
