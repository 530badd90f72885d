#include "app/studio/sessionnotes.h"

#include <QCoreApplication>
#include <QStringList>

namespace understudy {
namespace {

class SessionNotes {
    Q_DECLARE_TR_FUNCTIONS(SessionNotes)

public:
    static QString part(const Lowering& lowering)
    {
        const CameraSetting& from = lowering.from;
        const CameraSetting& to = lowering.to;
        switch (lowering.kind) {
        case Lowering::Kind::Shading:
            return tr("no shadows and no edge smoothing");
        case Lowering::Kind::Meshes:
            return tr("coarser meshes");
        case Lowering::Kind::Images:
            return tr("%1×%2 at %3 Hz instead of %4×%5 at %6 Hz")
                .arg(to.width)
                .arg(to.height)
                .arg(to.rateHz)
                .arg(from.width)
                .arg(from.height)
                .arg(from.rateHz);
        case Lowering::Kind::Cameras:
            return tr("%1 of %2 cameras left out").arg(from.cameras - to.cameras).arg(from.cameras);
        }
        return {};
    }

    static QString sentence(const SessionNote& note)
    {
        const auto argument = [&](std::size_t i) { return QString::fromStdString(note.arguments.at(i)); };
        switch (note.kind) {
        case SessionNote::Kind::ProposedProfile:
            return tr("No profile fits %1: one was proposed from the model. Look at it and correct it with "
                      "“understudy profile”.")
                .arg(argument(0));
        case SessionNote::Kind::NoCameras:
            return tr("No cameras: the profile of %1 names none ([[cameras]]).").arg(argument(0));
        case SessionNote::Kind::CamerasFail:
            return tr("No simulated cameras: %1.").arg(argument(0));
        case SessionNote::Kind::Lowered: {
            QStringList parts;
            for (const Lowering& each : note.lowered) parts << part(each);
            return tr("Lowered for this machine (%1, %2 ms an image): %3.")
                .arg(argument(0), argument(1), parts.join(tr("; ")));
        }
        case SessionNote::Kind::Recovered:
            return tr("A take that a crash cut short was recovered, %1 ms short: %2. Say its outcome.")
                .arg(argument(0), argument(1));
        case SessionNote::Kind::NotRecovered:
            return tr("The take %1 could not be recovered: %2.").arg(argument(0), argument(1));
        case SessionNote::Kind::ExpensiveEncoding:
            return tr("Encoding takes %1 cores even with the cheapest preset.").arg(argument(0));
        }
        return {};
    }
};

}  // namespace

QString sentenceOf(const SessionNote& note) { return SessionNotes::sentence(note); }

}  // namespace understudy
