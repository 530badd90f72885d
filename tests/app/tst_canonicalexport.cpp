#include <QtTest>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/robotlayout.h"
#include "app/shipped.h"
#include "app/wristposes.h"
#include "storage/export/libraryexport.h"
#include "storage/modelstore.h"
#include "storage/takefiles.h"
#include "support/libraryfixture.h"
#include "support/python.h"
#include "support/shared.h"

using namespace understudy;
using test::must;
namespace fs = std::filesystem;

namespace {

constexpr int kTicks = 200;  ///< of 10 ms

/// One joint after the other goes up and down; hands close.
Eigen::VectorXd postureAt(const RobotLayout& layout, int tick)
{
    Eigen::VectorXd joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(layout.joints.size()));
    for (Eigen::Index i = 0; i < joints.size(); ++i) {
        const EpisodeJoint& joint = layout.joints[static_cast<std::size_t>(i)];
        joints[i] =
            joint.open ? *joint.open * (kTicks - tick) / kTicks : 0.2 * std::sin(0.02 * tick + static_cast<double>(i));
    }
    return joints;
}

}  // namespace

class TestCanonicalExport : public QObject {
    Q_OBJECT

    std::unique_ptr<test::LibraryFixture> m_library;
    PosixFileSystem m_files;
    std::vector<std::string> m_robots;

    void record(const fs::path& description, int second)
    {
        const RobotModel model = must(RobotModel::load(description));
        std::vector<ModelContent> content;
        for (const ModelFile& file : model.files())
            content.push_back({.name = file.name, .path = file.path, .bytes = file.bytes});
        must(storeModel(m_files, m_library->folder(), model.hash(), content));
        EpisodeStart start = m_library->start(second);
        start.robot = model.name();
        start.modelHash = model.hash();
        EpisodeFile episode;
        EpisodeRow& row = episode.row;
        row.id = start.id;
        row.task = "Pick the cup";
        row.robot = model.name();
        row.modelHash = model.hash();
        row.startedAtNs = start.startedAtNs;
        episode.clock = {.monotonic = kSecond, .unixNs = start.startedAtNs};
        episode.jointNames = model.jointNames();
        episode.layout = layoutOf(model);
        const fs::path folder = m_library->folder() / start.path;
        const std::string json = toJson(episode);
        must(m_files.createDirectories(folder));
        must(replaceFile(m_files, folder / "episode.json", std::as_bytes(std::span(json))));

        RobotState state;
        Step step;
        for (Eigen::VectorXd* values :
             {&state.position, &state.velocity, &state.effort, &step.command, &step.target, &step.measured})
            values->setZero(static_cast<Eigen::Index>(episode.jointNames.size()));
        step.phase = TeleopPhase::Active;
        step.mode = CommandMode::Position;
        std::vector<TakeStream> streams;
        const auto open = [&](const char* name, const char* kind, const Record& prototype) {
            StreamInfo info;
            info.name = name;
            info.kind = kind;
            info.rateHz = 100;
            info.names = episode.jointNames;
            info.prototype = prototype;
            streams.push_back({info, must(StreamEncoder::create(info, episode.clock))});
        };
        open("/robot/joint_states", "robot", state);
        open("/teleop/step", "step", step);
        auto take = must(TakeFiles::create(m_files, folder, streams,
                                           {.metadata = {}, .robotDescription = {}, .time = start.startedAtNs}));
        for (int tick = 0; tick < kTicks; ++tick) {
            const Timestamp time = kSecond + tick * 10 * kMillisecond;
            state.stamps = {.device = time, .capture = time, .arrival = time};
            state.sequence = step.sequence = static_cast<std::uint64_t>(tick);
            state.position = postureAt(episode.layout, tick);
            step.time = time;
            step.command = postureAt(episode.layout, tick + 1);
            must(take->write(0, time, streams[0].encoder.encodeValue(state)));
            must(take->write(1, time, streams[1].encoder.encodeValue(step)));
        }
        must(take->finish("end", {}));
        m_library->episode(start);
        m_robots.push_back(model.name());
    }

    Result<ExportReport> exported(const fs::path& to)
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        LibraryExport wanted;
        wanted.to = to;
        wanted.load.grid.fps = 20;
        wanted.load.layout = JointLayout::Canonical;
        wanted.load.wristPoses = wristPosesOf(m_library->folder());
        return exportLibrary(m_files, *reader, wanted);
    }

private slots:
    void initTestCase()
    {
        m_library = std::make_unique<test::LibraryFixture>();
        record(must(findRobot("understudy_one")), 0);
        int second = 60;
        for (const char* file : {"robots/unitree_g1/g1_29dof.xml", "robots/booster_t1/t1_mocap.xml"}) {
            if (fs::exists(test::shared(file))) record(test::shared(file), second);
            second += 60;
        }
    }

    void wristsAreWhereKinematicsSays()
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        const EpisodePage page = must(reader->list({}));
        for (const EpisodeRow& row : page.episodes) {
            EpisodeLoadOptions options;
            options.grid.fps = 20;
            options.layout = JointLayout::Canonical;
            options.wristPoses = wristPosesOf(m_library->folder());
            const ExportEpisode episode = must(loadEpisode(m_files, m_library->folder() / row.path, row, {}, options));
            QCOMPARE(contradiction(episode), std::string());
            QCOMPARE(episode.state.names, CanonicalMapping::names());
            QCOMPARE(episode.action.names, CanonicalMapping::names());
            QCOMPARE(episode.embodiment, row.robot);
            const std::size_t width = episode.state.names.size();
            const auto column = [&](const char* name) {
                return static_cast<std::size_t>(std::ranges::find(episode.state.names, name) -
                                                episode.state.names.begin());
            };
            for (const char* wrist : {"left_wrist.x", "right_wrist.qw", "left_arm.elbow"})
                QCOMPARE(episode.state.mask[column(wrist)], 1);
            // Left is left of the torso's middle, right is right of it; a unit quaternion in every row.
            for (std::size_t i = 0; i < episode.rows.size(); ++i) {
                const float* values = &episode.state.values[i * width];
                QVERIFY(values[column("left_wrist.y")] > values[column("right_wrist.y")]);
                double norm = 0;
                for (std::size_t k = 0; k < 4; ++k)
                    norm += values[column("left_wrist.qx") + k] * values[column("left_wrist.qx") + k];
                QVERIFY(std::abs(norm - 1) < 1e-5);
            }
            const bool hasHands = row.robot == m_robots.front();
            QCOMPARE(episode.state.mask[column("left_hand.opening")], hasHands ? 1 : 0);
            if (hasHands) {
                QVERIFY(std::abs(episode.state.values[column("left_hand.opening")] - 1) < 0.02F);
                QVERIFY(episode.state.values[(episode.rows.size() - 1) * width + column("left_hand.opening")] < 0.1F);
            }
        }
    }

    void oneDatasetForAllRobots()
    {
        if (!test::hasPython("pyarrow, pandas"))
            QSKIP("no interpreter with pyarrow and pandas in .venv: run packaging/test");
        const fs::path to = m_library->folder().parent_path() / "dataset";
        const ExportReport report = must(exported(to));
        QVERIFY(report.skipped.empty());
        QCOMPARE(report.episodes, static_cast<std::int64_t>(m_robots.size()));
        const test::PythonRun run = test::runPython(R"(
import glob, json, sys
import pandas, pyarrow.parquet as parquet
root = sys.argv[1]
rows = pandas.concat(parquet.read_table(f).to_pandas() for f in sorted(glob.glob(root + "/data/**/*.parquet", recursive=True)))
info = json.load(open(root + "/meta/info.json"))
names = info["features"]["observation.state"]["names"]
assert info["features"]["action"]["names"] == names
out = {"robot": info["robot_type"], "names": names, "columns": list(rows.columns), "episodes": []}
for index, episode in rows.groupby("episode_index"):
    assert {len(v) for v in episode["observation.state"]} == {len(names)}
    masks = {tuple(v) for v in episode["mask.state"]}
    assert len(masks) == 1 and masks == {tuple(v) for v in episode["mask.action"]}
    out["episodes"].append({"rows": len(episode), "has": int(sum(masks.pop()))})
manifest = json.load(open(root + "/meta/export.json"))
out["robots"] = [each["robot"] for each in manifest["episodes"]]
print(json.dumps(out))
)",
                                                    {to.c_str()});
        QVERIFY2(run.exitCode == 0, run.errors);
        const QJsonObject said = QJsonDocument::fromJson(run.output).object();
        QCOMPARE(said["robot"].toString().toStdString(), std::string(kCanonicalLayout));
        QCOMPARE(said["names"].toArray().size(), static_cast<qsizetype>(CanonicalMapping::names().size()));
        const QJsonArray episodes = said["episodes"].toArray();
        for (qsizetype i = 0; i < episodes.size(); ++i) {
            QCOMPARE(said["robots"].toArray()[i].toString().toStdString(), m_robots[static_cast<std::size_t>(i)]);
            QVERIFY(episodes[i].toObject()["rows"].toInt() > 30);
            QVERIFY(episodes[i].toObject()["has"].toInt() >= 14 + 14);
        }
    }

    void anEpisodeWithoutItsLayoutStaysOutWithItsReason()
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        const EpisodeRow row = must(reader->list({})).episodes.front();
        const fs::path file = m_library->folder() / row.path / "episode.json";
        const std::string before = test::textOf(file);
        EpisodeFile episode = must(parseEpisodeJson(before));
        episode.layout = {};
        test::writeText(file, toJson(episode));
        EpisodeLoadOptions options;
        options.grid.fps = 20;
        options.layout = JointLayout::Canonical;
        const std::string refused = test::refusal(loadEpisode(m_files, file.parent_path(), row, {}, options));
        QVERIFY2(refused.find("without the layout") != std::string::npos, refused.c_str());
        test::writeText(file, before);
    }
};

QTEST_GUILESS_MAIN(TestCanonicalExport)
#include "tst_canonicalexport.moc"
