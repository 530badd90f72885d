#include <QTest>

#include <limits>
#include <random>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "robots/model/quadraticprogram.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

class Random {
public:
    explicit Random(unsigned seed) : m_engine(seed) {}
    double operator()(double low, double high) { return std::uniform_real_distribution(low, high)(m_engine); }

private:
    std::mt19937 m_engine;
};

QuadraticProgram randomProblem(Random& random, int variables, int rows)
{
    QuadraticProgram problem;
    problem.resize(variables, rows);
    Eigen::MatrixXd factor(variables, variables);
    for (double& value : factor.reshaped()) value = random(-1, 1);
    problem.hessian = factor.transpose() * factor + 1e-4 * Eigen::MatrixXd::Identity(variables, variables);
    for (int i = 0; i < variables; ++i) {
        problem.gradient[i] = random(-3, 3);
        problem.lower[i] = random(-1, -0.05);
        problem.upper[i] = random(0.05, 1);
    }
    for (int r = 0; r < rows; ++r) {
        for (int i = 0; i < variables; ++i) problem.rows(r, i) = random(-1, 1);
        problem.rowUpper[r] = random(0, 0.3);
    }
    return problem;
}

double cost(const QuadraticProgram& problem, const Eigen::VectorXd& x)
{
    return 0.5 * x.dot(problem.hessian * x) + problem.gradient.dot(x);
}

double worstViolation(const QuadraticProgram& problem, const Eigen::VectorXd& x)
{
    double worst = std::max((problem.lower - x).maxCoeff(), (x - problem.upper).maxCoeff());
    if (problem.rowCount() > 0) worst = std::max(worst, (problem.rows * x - problem.rowUpper).maxCoeff());
    return worst;
}

/// The best point over every subset of constraints held with equality.
double bestByEnumeration(const QuadraticProgram& problem)
{
    const int n = problem.variables();
    const int count = 2 * n + problem.rowCount();
    double best = std::numeric_limits<double>::infinity();
    for (int subset = 0; subset < (1 << count); ++subset) {
        const int active = __builtin_popcount(static_cast<unsigned>(subset));
        if (active > n) continue;
        Eigen::MatrixXd kkt = Eigen::MatrixXd::Zero(n + active, n + active);
        Eigen::VectorXd right = Eigen::VectorXd::Zero(n + active);
        kkt.topLeftCorner(n, n) = problem.hessian;
        right.head(n) = -problem.gradient;
        int row = n;
        for (int c = 0; c < count; ++c) {
            if (!((subset >> c) & 1)) continue;
            Eigen::VectorXd normal = Eigen::VectorXd::Zero(n);
            if (c < n) {
                normal[c] = 1;
                right[row] = problem.lower[c];
            } else if (c < 2 * n) {
                normal[c - n] = 1;
                right[row] = problem.upper[c - n];
            } else {
                normal = problem.rows.row(c - 2 * n).transpose();
                right[row] = problem.rowUpper[c - 2 * n];
            }
            kkt.block(row, 0, 1, n) = normal.transpose();
            kkt.block(0, row, n, 1) = normal;
            ++row;
        }
        const Eigen::FullPivLU<Eigen::MatrixXd> lu(kkt);
        if (!lu.isInvertible()) continue;
        const Eigen::VectorXd x = lu.solve(right).head(n);
        if (worstViolation(problem, x) < 1e-9) best = std::min(best, cost(problem, x));
    }
    return best;
}

}  // namespace

class TestQuadraticProgram : public QObject {
    Q_OBJECT

private slots:
    void agreesWithEnumeration();
    void boxSolutionsSatisfyTheOptimalityConditions();
    void rowsCannotBeImprovedByFeasibleSteps();
    void saysWhatIsWrong();
    void pinnedVariablesStay();
    void sameProblemsGiveSameBits();
    void neverAllocates();
};

void TestQuadraticProgram::agreesWithEnumeration()
{
    Random random(1);
    QpSolver solver;
    for (int trial = 0; trial < 300; ++trial) {
        const QuadraticProgram problem = randomProblem(random, 1 + trial % 4, trial % 3);
        QCOMPARE(solver.solve(problem), QpStatus::Solved);
        QVERIFY(worstViolation(problem, solver.solution()) < 1e-9);
        QVERIFY(std::abs(cost(problem, solver.solution()) - bestByEnumeration(problem)) < 1e-8);
    }
}

void TestQuadraticProgram::boxSolutionsSatisfyTheOptimalityConditions()
{
    Random random(2);
    QpSolver solver;
    int bounded = 0;
    for (int trial = 0; trial < 300; ++trial) {
        const QuadraticProgram problem = randomProblem(random, 17 + trial % 24, 0);
        QCOMPARE(solver.solve(problem), QpStatus::Solved);
        const Eigen::VectorXd x = solver.solution();
        const Eigen::VectorXd slope = problem.hessian * x + problem.gradient;
        for (int i = 0; i < problem.variables(); ++i) {
            QVERIFY(x[i] >= problem.lower[i] && x[i] <= problem.upper[i]);
            const bool below = x[i] == problem.lower[i];
            const bool above = x[i] == problem.upper[i];
            if (below || above) ++bounded;
            if (!below) QVERIFY2(slope[i] < 1e-7, qPrintable(QString::number(slope[i])));
            if (!above) QVERIFY2(slope[i] > -1e-7, qPrintable(QString::number(slope[i])));
        }
    }
    QVERIFY(bounded > 1000);
}

void TestQuadraticProgram::rowsCannotBeImprovedByFeasibleSteps()
{
    Random random(3);
    QpSolver solver;
    for (int trial = 0; trial < 100; ++trial) {
        const QuadraticProgram problem = randomProblem(random, 17, 30);
        QCOMPARE(solver.solve(problem), QpStatus::Solved);
        const Eigen::VectorXd x = solver.solution();
        QVERIFY(worstViolation(problem, x) < 1e-9);
        for (int probe = 0; probe < 200; ++probe) {
            Eigen::VectorXd other(17);
            for (double& value : other) value = random(-1, 1);
            other = x + 1e-3 * other;
            if (worstViolation(problem, other) > 0) continue;
            QVERIFY(cost(problem, other) >= cost(problem, x) - 1e-9);
        }
    }
}

void TestQuadraticProgram::saysWhatIsWrong()
{
    Random random(4);
    QpSolver solver;
    QuadraticProgram problem = randomProblem(random, 5, 2);
    problem.rows.row(0).setConstant(1);
    problem.rows.row(1).setConstant(-1);
    problem.rowUpper << -1, -1;
    QCOMPARE(solver.solve(problem), QpStatus::Infeasible);

    problem = randomProblem(random, 5, 0);
    std::swap(problem.lower[3], problem.upper[3]);
    QCOMPARE(solver.solve(problem), QpStatus::Infeasible);

    problem = randomProblem(random, 5, 0);
    problem.hessian.setZero();
    QCOMPARE(solver.solve(problem), QpStatus::NotConvex);

    problem = randomProblem(random, 5, 0);
    problem.gradient[2] = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(solver.solve(problem), QpStatus::NotConvex);

    problem = randomProblem(random, 5, 0);
    problem.hessian(4, 4) = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(solver.solve(problem), QpStatus::NotConvex);

    problem = randomProblem(random, 5, 0);
    problem.upper[0] = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(solver.solve(problem), QpStatus::Infeasible);
    QCOMPARE(solver.solve(randomProblem(random, 5, 2)), QpStatus::Solved);
}

void TestQuadraticProgram::pinnedVariablesStay()
{
    Random random(5);
    QpSolver solver;
    QuadraticProgram problem = randomProblem(random, 8, 0);
    problem.lower[2] = problem.upper[2] = 0.25;
    problem.lower[7] = problem.upper[7] = -0.5;
    QCOMPARE(solver.solve(problem), QpStatus::Solved);
    QCOMPARE(solver.solution()[2], 0.25);
    QCOMPARE(solver.solution()[7], -0.5);
}

void TestQuadraticProgram::sameProblemsGiveSameBits()
{
    Random random(6);
    std::vector<QuadraticProgram> problems;
    for (int i = 0; i < 50; ++i) problems.push_back(randomProblem(random, 17, 5));
    QpSolver first;
    QpSolver second;
    for (const QuadraticProgram& problem : problems) {
        QCOMPARE(first.solve(problem), QpStatus::Solved);
        QCOMPARE(second.solve(problem), QpStatus::Solved);
        QVERIFY(first.solution() == second.solution());
    }
    // A warm start is a hint, never another answer.
    QpSolver cold;
    QCOMPARE(cold.solve(problems.back()), QpStatus::Solved);
    QVERIFY((cold.solution() - first.solution()).norm() < 1e-9);
}

void TestQuadraticProgram::neverAllocates()
{
    Random random(7);
    QpSolver solver;
    const QuadraticProgram problem = randomProblem(random, kMaxQpVariables, kMaxQpRows);
    const std::size_t before = test::allocationCount();
    const QpStatus status = solver.solve(problem);
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
    QCOMPARE(status, QpStatus::Solved);
}

QTEST_APPLESS_MAIN(TestQuadraticProgram)
#include "tst_quadraticprogram.moc"
