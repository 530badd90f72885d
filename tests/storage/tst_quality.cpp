#include <map>

#include <QTest>

#include "storage/quality/lossguard.h"
#include "storage/quality/qualityjson.h"
#include "support/libraryfixture.h"
#include "support/qualitydefects.h"

using namespace understudy;
using namespace understudy::test;

namespace {

std::string failures(const QualityReport& report, CheckWeight least = CheckWeight::Look)
{
    std::string text;
    for (const Finding& finding : report.findings)
        if (!finding.pass && finding.weight >= least)
            text += finding.check + " " + finding.stream + " " + std::to_string(finding.value) + ": " + finding.reason +
                    "\n";
    return text;
}

Finding findingOf(const QualityReport& report, std::string_view check)
{
    for (const Finding& finding : report.findings)
        if (finding.check == check) return finding;
    throw std::runtime_error("no finding of " + std::string(check));
}

/// A clean take that knows what its cameras usually look like.
RecordedTake cleanTake(unsigned seed)
{
    static std::map<unsigned, RecordedTake> made;
    const auto found = made.find(seed);
    if (found != made.end()) return found->second;
    RecordedTake recorded = syntheticTake(seed);
    recorded.take.history.sharpness = fold(recorded).sharpness();
    return made.emplace(seed, std::move(recorded)).first->second;
}

}  // namespace

class TestQuality : public QObject {
    Q_OBJECT

private slots:
    void cleanTakesAreClean()
    {
        for (unsigned seed = 1; seed <= 12; ++seed) {
            const QualityReport report = check(cleanTake(seed));
            QVERIFY2(report.verdict() == QualityVerdict::Clean, failures(report).c_str());
        }
    }

    void everyCheckIsAnswered()
    {
        const QualityReport report = check(cleanTake(1));
        for (const CheckRow& row : checkTable()) QCOMPARE(findingOf(report, row.name).check, std::string(row.name));
    }

    void defects_data()
    {
        QTest::addColumn<int>("number");
        for (std::size_t i = 0; i < qualityDefects().size(); ++i)
            QTest::newRow(qualityDefects()[i].name.data()) << static_cast<int>(i);
    }

    /// From a fifth over the threshold to five times it.
    void defects()
    {
        QFETCH(int, number);
        const Defect& defect = qualityDefects()[static_cast<std::size_t>(number)];
        int applied = 0;
        for (unsigned seed = 1; seed <= 4; ++seed) {
            std::mt19937 random(seed);
            RecordedTake recorded = cleanTake(seed);
            const double size = std::array{1.2, 2.0, 3.0, 5.0}[seed - 1];
            if (!defect.inject(recorded, size, random)) continue;
            ++applied;
            const QualityReport report = check(recorded);
            QVERIFY2(isCaught(defect, report),
                     (std::to_string(size) + ": " + failures(report, CheckWeight::Info)).c_str());
            QVERIFY(report.verdict() != QualityVerdict::Clean);
            for (const Finding& finding : report.findings) {
                if (finding.pass) continue;
                QVERIFY2(!finding.reason.empty(), finding.check.c_str());
                QVERIFY2(finding.from <= finding.to, finding.check.c_str());
            }
        }
        QVERIFY(applied > 0);
    }

    void onlyIntegrityIsUnusable()
    {
        std::mt19937 random(1);
        for (const Defect& defect : qualityDefects()) {
            RecordedTake recorded = cleanTake(3);
            if (!defect.inject(recorded, 3, random)) continue;
            const QualityReport report = check(recorded);
            bool integrity = false;
            for (const Finding& finding : report.findings)
                integrity |= !finding.pass && finding.weight == CheckWeight::Integrity;
            QCOMPARE(report.verdict() == QualityVerdict::Unusable, integrity);
        }
    }

    void aTaskChangesItsLimits()
    {
        const ChecksFile file = must(ChecksFile::parse(R"(
            [checks]
            frozen = 0.5
            tremble = "off"
            [task."Put the red block in the tray"]
            idle_start = { limit = 6, weight = "info" }
            hold = { seconds = 2 }
            duration_s = 8
        )",
                                                       "checks.toml"));
        const CheckSettings plain = file.settingsFor("another");
        QCOMPARE(plain.limit("frozen"), 0.5);
        QVERIFY(!plain.at("tremble").on);
        QCOMPARE(plain.limit("idle_start"), 2.0);
        const CheckSettings own = file.settingsFor("Put the red block in the tray");
        QCOMPARE(own.limit("frozen"), 0.5);
        QCOMPARE(own.limit("idle_start"), 6.0);
        QCOMPARE(own.at("idle_start").weight, CheckWeight::Info);
        QCOMPARE(own.seconds("hold"), 2 * kSecond);
        QCOMPARE(own.nominalSeconds, 8.0);

        std::mt19937 random(1);
        RecordedTake recorded = cleanTake(1);
        for (const Defect& defect : qualityDefects())
            if (defect.name == "idle at the start") QVERIFY(defect.inject(recorded, 2, random));
        QCOMPARE(check(recorded).verdict(), QualityVerdict::Look);
        recorded.take.settings = own;
        QVERIFY2(check(recorded).verdict() == QualityVerdict::Clean, failures(check(recorded)).c_str());
    }

    void aWrongChecksFileIsRefusedInWords_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("unknown check") << "[checks]\nblurr = 1"
                                       << "line 2: there is no check \"blurr\"; these are";
        QTest::newRow("unknown table") << "[limits]\nblur = 1"
                                       << "has [checks] and [task";
        QTest::newRow("unknown key") << "[checks]\nblur = { limt = 1 }"
                                     << "it has limit, seconds and weight";
        QTest::newRow("negative") << "[checks]\nblur = -1"
                                  << "not negative";
        QTest::newRow("word") << "[checks]\nblur = \"no\""
                              << "\"off\"";
        QTest::newRow("weight") << "[checks]\nblur = { weight = \"bad\" }"
                                << "info, look and integrity";
        QTest::newRow("syntax") << "[checks"
                                << "line 1";
        QTest::newRow("duration of all") << "[checks]\nduration_s = 3"
                                         << "there is no check \"duration_s\"";
    }
    void aWrongChecksFileIsRefusedInWords()
    {
        QFETCH(QString, text);
        QFETCH(QString, said);
        const std::string refused = refusal(ChecksFile::parse(text.toStdString(), "checks.toml"));
        QVERIFY2(QString::fromStdString(refused).contains(said), refused.c_str());
    }

    void whatWasFoundComesBackFromItsFile()
    {
        std::mt19937 random(1);
        RecordedTake recorded = cleanTake(1);
        for (const Defect& defect : qualityDefects())
            if (defect.name == "stuck state") QVERIFY(defect.inject(recorded, 2, random));
        const TakeQuality quality = fold(recorded);
        const EpisodeQuality found{
            .episode = "id",
            .report = quality.result(recorded.end),
            .measures = {.seconds = 8, .sharpness = quality.sharpness(), .path = quality.motion().path()}};
        const std::string text = toJson(found);
        const EpisodeQuality back = must(parseQualityJson(text));
        QCOMPARE(back.report.verdict(), QualityVerdict::Unusable);
        QVERIFY(back == found);
        for (std::size_t cut = 0; cut < text.size(); cut += 37) (void)parseQualityJson(text.substr(0, cut));
        QVERIFY(refusal(parseQualityJson("{\"version\": 1, \"findings\": [{\"name\": 3}]}")).find("name") !=
                std::string::npos);
    }

    void aRepetitionIsNoticedAndCostsNothing()
    {
        RecordedTake recorded = cleanTake(1);
        recorded.take.history.paths = {fold(recorded).motion().path()};
        const QualityReport report = check(recorded);
        QVERIFY(!findingOf(report, "near_duplicate").pass);
        QCOMPARE(report.verdict(), QualityVerdict::Clean);
        RecordedTake other = cleanTake(9);
        other.take.history.paths = recorded.take.history.paths;
        QVERIFY(findingOf(check(other), "near_duplicate").pass);
    }

    void aDurationFarFromItsTaskIsLookedAt()
    {
        RecordedTake recorded = cleanTake(1);
        recorded.take.history.seconds = {7.5, 8, 8.2, 8.4, 7.9, 8.1, 8, 7.7};
        QVERIFY(findingOf(check(recorded), "duration").pass);
        recorded.take.history.seconds = {27, 26, 28, 25, 30, 27, 28, 29};
        QVERIFY(!findingOf(check(recorded), "duration").pass);
    }

    void aTaxelThatNeverChangesIsNamed()
    {
        RecordedTake recorded = cleanTake(1);
        StreamInfo info;
        info.name = "/right_hand/skin";
        info.kind = "taxels";
        info.rateHz = 50;
        recorded.take.streams.push_back(info);
        for (int i = 0; i < 400; ++i) {
            TaxelSample sample;
            sample.stamps.capture = sample.stamps.arrival = recorded.take.begin + i * 20 * kMillisecond;
            sample.sequence = static_cast<std::uint64_t>(i);
            sample.values = Eigen::VectorXf::Constant(16, static_cast<float>(i % 7));
            sample.values[5] = 0.5F;
            recorded.samples.push_back({recorded.take.streams.size() - 1, sample, {}});
        }
        sortByTime(recorded);
        const Finding found = findingOf(check(recorded), "stuck_taxel");
        QVERIFY(!found.pass);
        QVERIFY2(found.reason.find("number 5") != std::string::npos, found.reason.c_str());
    }

    void aDepthCameraWithoutDepthIsLookedAt()
    {
        RecordedTake recorded = cleanTake(1);
        recorded.take.streams[recorded.stream("head")].metadata["depth"] = "mm";
        QVERIFY(findingOf(check(recorded), "depth_invalid").pass);
        for (TakeSample& sample : recorded.samples)
            if (sample.stream == recorded.stream("head"))
                std::fill_n(sample.picture.pixels.begin(), sample.picture.pixels.size() * 4 / 10, std::uint8_t{0});
        QVERIFY(!findingOf(check(recorded), "depth_invalid").pass);
    }

    void theColourOfWhatMovedBelongsToTheInstruction()
    {
        RecordedTake recorded = cleanTake(1);
        recorded.take.episode.row.instructionEn = "Put the blue block in the tray.";
        const Finding found = findingOf(check(recorded), "instruction");
        QVERIFY2(found.reason.find("red_block") != std::string::npos, found.reason.c_str());
        recorded.take.episode.row.instructionEn = "Put the block in the tray.";
        QVERIFY(findingOf(check(recorded), "instruction").pass);
    }

    /// Both arms alike: which camera is which cannot be told, and nothing is claimed.
    void aSwapThatCannotBeToldIsNotClaimed()
    {
        RecordedTake recorded = cleanTake(1);
        for (TakeSample& sample : recorded.samples)
            if (auto* state = std::get_if<RobotState>(&sample.value)) state->position.head(4) = state->position.tail(4);
        QVERIFY(findingOf(check(recorded), "wrong_camera").pass);
    }

    void twoTakesLostToOneCauseBlockTheNext()
    {
        const auto lostTo = [](const std::string& stream, CheckWeight weight) {
            QualityReport report;
            report.findings.push_back({.check = "stream_died",
                                       .stream = stream,
                                       .pass = false,
                                       .weight = weight,
                                       .reason = stream + " died"});
            return report;
        };
        LossGuard guard;
        guard.note(lostTo("head", CheckWeight::Integrity));
        QVERIFY(!guard.blocked());
        guard.note(lostTo("left_wrist", CheckWeight::Integrity));
        QVERIFY(!guard.blocked());
        guard.note(lostTo("left_wrist", CheckWeight::Look));
        guard.note(lostTo("left_wrist", CheckWeight::Integrity));
        QVERIFY(!guard.blocked());
        guard.note(lostTo("left_wrist", CheckWeight::Integrity));
        QCOMPARE(guard.blocked()->reason, std::string("left_wrist died"));
        guard.acknowledge();
        QVERIFY(!guard.blocked());
        guard.note(lostTo("left_wrist", CheckWeight::Integrity));
        QVERIFY(!guard.blocked());
    }
};

QTEST_GUILESS_MAIN(TestQuality)
#include "tst_quality.moc"
