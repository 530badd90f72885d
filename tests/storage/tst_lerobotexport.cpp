#include <QTest>

#include <fstream>

#include <QTemporaryDir>

#include "storage/export/grid.h"
#include "storage/export/lerobotexport.h"
#include "support/faultyfilesystem.h"
#include "support/python.h"
#include "support/videopattern.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kStart = 1'795'000'000'000'000'000;

/// A recorded episode of the pattern camera, and what a dataset should make of it.
struct Take {
    int images = 40;
    int firstRow = 0;      ///< image of the first row
    int repeatedRow = -1;  ///< shows its predecessor's image again
    std::string task = "put the cup on the plate";
    std::vector<std::string> cameras{"head", "left_wrist"};
    int joints = 3;
};

std::int64_t captureOf(int image) { return kStart + image * 33'333'333LL + image % 4 * 700'000LL; }

}  // namespace

class TestLeRobotExport : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;
    std::map<std::string, ExportEpisode> m_episodes;
    int m_count = 0;

    fs::path pathOf(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    std::string addEpisode(const Take& take)
    {
        const std::string id = "episode-" + std::to_string(m_count++);
        ExportEpisode episode;
        episode.id = id;
        episode.task = take.task;
        episode.robot = "test_robot";
        episode.outcome = "success";
        episode.fps = 30;
        episode.reference = take.cameras.empty() ? "fps" : take.cameras.front();
        std::vector<int> shown;
        for (int image = take.firstRow; image < take.images; ++image) {
            shown.push_back(image);
            if (image == take.repeatedRow) shown.push_back(image);
        }
        for (std::size_t row = 0; row < shown.size(); ++row)
            episode.rows.push_back(captureOf(shown.front()) + static_cast<std::int64_t>(row) * 33'334'000);
        for (const std::string& name : take.cameras) {
            ExportCamera camera;
            camera.name = name;
            camera.video = pathOf(id + "_" + name + ".mp4");
            camera.width = test::kPatternWidth;
            camera.height = test::kPatternHeight;
            camera.rateHz = 30;
            for (const int image : shown)
                camera.rows.push_back({static_cast<std::uint32_t>(image), captureOf(image), image != take.repeatedRow});
            if (!test::recordPattern(m_files, camera.video, take.images, captureOf)) qFatal("cannot record");
            episode.cameras.push_back(camera);
        }
        for (ExportVector* vector : {&episode.state, &episode.action}) {
            const float sign = vector == &episode.state ? 1.0F : -1.0F;
            for (int joint = 0; joint < take.joints; ++joint) vector->names.push_back("joint_" + std::to_string(joint));
            for (std::size_t row = 0; row < shown.size(); ++row) {
                vector->valid.push_back(row % 9 == 5 ? 0 : 1);
                for (int joint = 0; joint < take.joints; ++joint)
                    vector->values.push_back(sign * (0.01F * static_cast<float>(row) + static_cast<float>(joint)));
            }
        }
        Segment segment;
        segment.label = "reach";
        segment.startNs = episode.rows[2];
        segment.endNs = episode.rows[8];
        episode.segments.push_back(segment);
        segment.label = "grasp";
        segment.startNs = segment.endNs;
        segment.endNs = episode.rows[14] - 1;
        episode.segments.push_back(segment);
        segment.label = "proposed";
        segment.draft = true;
        episode.segments.push_back(segment);
        m_episodes[id] = episode;
        return id;
    }

    LeRobotExport exportTo(const fs::path& to, std::vector<std::string> ids)
    {
        LeRobotExport wanted;
        wanted.to = to;
        wanted.episodes = std::move(ids);
        wanted.load = [this](const std::string& id) -> Result<ExportEpisode> {
            const auto found = m_episodes.find(id);
            if (found == m_episodes.end()) return fail("its file is gone");
            return found->second;
        };
        return wanted;
    }

    QJsonObject expectation(const std::vector<std::string>& ids)
    {
        QJsonArray all;
        int rows = 0;
        for (const std::string& id : ids) {
            const ExportEpisode& episode = m_episodes.at(id);
            const auto values = [&](const ExportVector& vector) {
                QJsonArray list;
                for (std::size_t row = 0; row < episode.rows.size(); ++row) {
                    QJsonArray one;
                    for (std::size_t i = 0; i < vector.names.size(); ++i)
                        one.append(static_cast<double>(vector.values[row * vector.names.size() + i]));
                    list.append(one);
                }
                return list;
            };
            QJsonArray captures;
            for (const std::int64_t time : episode.rows) captures.append(static_cast<qint64>(time));
            QJsonObject pictures;
            for (const ExportCamera& camera : episode.cameras) {
                QJsonArray numbers;
                for (const ExportImage& image : camera.rows) numbers.append(static_cast<int>(image.index));
                pictures["observation.images." + QString::fromStdString(camera.name)] =
                    QJsonObject{{"cells", test::kPatternCell}, {"numbers", numbers}};
            }
            rows += static_cast<int>(episode.rows.size());
            all.append(QJsonObject{{"task", QString::fromStdString(episode.task)},
                                   {"length", static_cast<int>(episode.rows.size())},
                                   {"state", values(episode.state)},
                                   {"action", values(episode.action)},
                                   {"capture_time_ns", captures},
                                   {"pictures", pictures},
                                   {"segments", QJsonArray{QJsonArray{"reach", 2, 8}, QJsonArray{"grasp", 8, 14}}}});
        }
        return {{"rows", rows}, {"episodes", all}};
    }

    /// What the independent readers say; faults fail the test.
    void judge(const fs::path& dataset, const QJsonObject& expected, QJsonObject* summary)
    {
        const fs::path expectedPath = pathOf("expected.json");
        std::ofstream(expectedPath) << QJsonDocument(expected).toJson().toStdString();
        QProcess process;
        process.start(test::python().c_str(), {test::source("tests/peers/lerobot_check.py").c_str(), dataset.c_str(),
                                               "--expected", expectedPath.c_str()});
        QVERIFY(process.waitForFinished(120'000));
        const QByteArray errors = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 0, errors);
        *summary = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
        // For the official loader, which is run by hand.
        if (const QString keep = qEnvironmentVariable("UNDERSTUDY_KEEP_EXPORT"); !keep.isEmpty()) {
            const fs::path kept = fs::path(keep.toStdString()) / dataset.filename();
            fs::create_directories(kept);
            fs::copy(dataset, kept / "dataset", fs::copy_options::recursive);
            fs::copy_file(expectedPath, kept / "expected.json");
        }
    }

    /// Every row of the dataset shows the image that was recorded for it.
    void comparePictures(const fs::path& video, const std::vector<std::string>& ids, std::size_t camera)
    {
        auto reader = Mp4Reader::open(m_files, video);
        QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
        std::size_t at = 0;
        for (const std::string& id : ids) {
            for (const ExportImage& image : m_episodes.at(id).cameras[camera].rows) {
                const auto picture = (*reader)->imageAt(at++);
                QVERIFY(picture);
                QCOMPARE(static_cast<std::uint32_t>(test::patternNumber(**picture)), image.index);
            }
        }
        QCOMPARE((*reader)->size(), at);
    }

private slots:
    void init() { m_episodes.clear(); }

    void independentReadersAgree()
    {
        if (!test::hasPython("pyarrow, pandas"))
            QSKIP("no interpreter with pyarrow and pandas in .venv: run packaging/test");
        Take shifted;
        shifted.firstRow = 4;
        shifted.task = "把杯子放到盘子上";
        Take repeated;
        repeated.repeatedRow = 17;
        const std::vector<std::string> ids{addEpisode({}), addEpisode(shifted), addEpisode(repeated)};
        const fs::path to = pathOf("dataset");
        const auto report = exportLeRobot(m_files, exportTo(to, ids));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->episodes, 3);
        QCOMPARE(report->rows, 40 + 36 + 41);
        QVERIFY(report->skipped.empty());
        QVERIFY(!fs::exists(to.string() + ".partial"));
        QJsonObject summary;
        judge(to, expectation(ids), &summary);
        QCOMPARE(summary["tasks"].toArray(), (QJsonArray{"put the cup on the plate", "把杯子放到盘子上"}));
        QCOMPARE(summary["video_files"].toInt(), 2);
        // Both cameras: the six images before the first key image, and the rest of the group with the repetition.
        QCOMPARE(summary["encoded"].toInt(), 2 * (6 + 3));
        for (std::size_t camera = 0; camera < 2; ++camera)
            comparePictures(to / "videos" / ("observation.images." + Take{}.cameras[camera]) / "chunk-000/file-000.mp4",
                            ids, camera);
    }

    void filesRotateBySize()
    {
        if (!test::hasPython("pyarrow, pandas"))
            QSKIP("no interpreter with pyarrow and pandas in .venv: run packaging/test");
        std::vector<std::string> ids;
        for (int i = 0; i < 5; ++i) ids.push_back(addEpisode({}));
        LeRobotExport wanted = exportTo(pathOf("rotated"), ids);
        wanted.limits.dataBytes = 9'000;
        wanted.limits.videoSeconds = 3;
        wanted.limits.filesPerChunk = 2;
        const auto report = exportLeRobot(m_files, wanted);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QVERIFY(fs::exists(wanted.to / "data/chunk-001/file-000.parquet"));
        QVERIFY(fs::exists(wanted.to / "videos/observation.images.head/chunk-001/file-000.mp4"));
        QJsonObject summary;
        judge(wanted.to, expectation(ids), &summary);
        QCOMPARE(summary["video_files"].toInt(), 2 * 3);
    }

    void oneJointAndNoCamera()
    {
        if (!test::hasPython("pyarrow, pandas"))
            QSKIP("no interpreter with pyarrow and pandas in .venv: run packaging/test");
        Take bare;
        bare.cameras.clear();
        bare.joints = 1;
        const std::vector<std::string> ids{addEpisode(bare), addEpisode(bare)};
        const fs::path to = pathOf("bare");
        const auto report = exportLeRobot(m_files, exportTo(to, ids));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QJsonObject summary;
        judge(to, expectation(ids), &summary);
    }

    void whatDoesNotFitIsLeftOutWithAReason()
    {
        Take otherJoints;
        otherJoints.joints = 4;
        Take otherCameras;
        otherCameras.cameras = {"head"};
        const std::vector<std::string> good{addEpisode({}), addEpisode({})};
        const std::string joints = addEpisode(otherJoints);
        const std::string cameras = addEpisode(otherCameras);
        const std::string broken = addEpisode({});
        const std::string shortened = addEpisode({});
        const std::string empty = addEpisode({});
        m_episodes[empty].rows.clear();
        fs::resize_file(m_episodes[broken].cameras[1].video, 20);
        fs::resize_file(m_episodes[shortened].cameras[0].video,
                        fs::file_size(m_episodes[shortened].cameras[0].video) - 10);
        const auto report = exportLeRobot(m_files, exportTo(pathOf("partly"), {good[0], joints, "missing", cameras,
                                                                               broken, shortened, empty, good[1]}));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->episodes, 2);
        QCOMPARE(report->rows, 80);
        QCOMPARE(report->skipped.size(), 6U);
        const QStringList says{"joint_3", "gone", "cameras", "moov", "wanted of a video", "no rows"};
        for (int i = 0; i < says.size(); ++i) {
            const std::string& reason = report->skipped[static_cast<std::size_t>(i)].reason;
            QVERIFY2(QString::fromStdString(reason).contains(says[i]), reason.c_str());
        }
    }

    void aPlaceThatIsTakenIsRefused()
    {
        const std::vector<std::string> ids{addEpisode({})};
        const fs::path to = pathOf("taken");
        fs::create_directory(to);
        std::ofstream(to / "notes.txt") << "mine";
        const auto taken = exportLeRobot(m_files, exportTo(to, ids));
        QVERIFY(!taken);
        QVERIFY(QString::fromStdString(taken.error().message).contains("not empty"));
        QVERIFY(fs::exists(to / "notes.txt"));

        const fs::path foreign = pathOf("foreign");
        fs::create_directory(foreign.string() + ".partial");
        QVERIFY(!exportLeRobot(m_files, exportTo(foreign, ids)));
        QVERIFY(fs::exists(foreign.string() + ".partial"));

        const fs::path empty = pathOf("empty");
        fs::create_directory(empty);
        const auto fits = exportLeRobot(m_files, exportTo(empty, ids));
        QVERIFY2(fits, fits ? "" : fits.error().message.c_str());
    }

    void anInterruptedExportLeavesNothingAndCanBeRepeated()
    {
        const std::vector<std::string> ids{addEpisode({}), addEpisode({}), addEpisode({})};
        LeRobotExport wanted = exportTo(pathOf("cancelled"), ids);
        std::size_t seen = 0;
        wanted.progress = [&](const ExportProgress& progress) {
            seen = std::max(seen, progress.done);
            return progress.done == 2 ? ExportControl::Cancel : ExportControl::Continue;
        };
        const auto cancelled = exportLeRobot(m_files, wanted);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().message, std::string("cancelled"));
        QCOMPARE(seen, 2U);
        QVERIFY(!fs::exists(wanted.to));
        QVERIFY(!fs::exists(wanted.to.string() + ".partial"));

        // What a kill leaves is known by its marker.
        fs::create_directories(wanted.to.string() + ".partial/meta");
        std::ofstream(wanted.to.string() + ".partial/.understudy-export").flush();
        wanted.progress = {};
        const auto repeated = exportLeRobot(m_files, wanted);
        QVERIFY2(repeated, repeated ? "" : repeated.error().message.c_str());
        QCOMPARE(repeated->episodes, 3);
    }

    void nothingToExportIsAnError()
    {
        QVERIFY(!exportLeRobot(m_files, exportTo(pathOf("none"), {})));
        const auto gone = exportLeRobot(m_files, exportTo(pathOf("none"), {"missing"}));
        QVERIFY(!gone);
        QVERIFY(QString::fromStdString(gone.error().message).contains("gone"));
        QVERIFY(!fs::exists(pathOf("none")));
    }

    void aFullDiskFailsInWords()
    {
        Take shifted;
        shifted.firstRow = 4;
        const std::string id = addEpisode(shifted);
        test::FaultyFileSystem faulty;
        for (const ExportCamera& camera : m_episodes[id].cameras)
            faulty.setContent(camera.video, *readAll(m_files, camera.video, 1U << 30U));
        int refused = 0;
        for (const std::uint64_t space : {100U, 1'000U, 2'000U, 4'000U, 20'000U, 60'000U}) {
            faulty.space = space;
            const fs::path folder = pathOf("full" + std::to_string(space));
            auto writer = LeRobotWriter::create(faulty, folder);
            if (!writer) continue;
            const auto added = (*writer)->add(m_episodes[id]);
            if (!added) {
                QVERIFY(!added.error().message.empty());
                ++refused;
                continue;
            }
            QCOMPARE(*added, std::string());
            const auto finished = (*writer)->finish();
            QVERIFY(!finished);
            QVERIFY(!finished.error().message.empty());
        }
        QVERIFY(refused > 0);
    }
};

QTEST_GUILESS_MAIN(TestLeRobotExport)
#include "tst_lerobotexport.moc"
