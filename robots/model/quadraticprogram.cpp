#include "robots/model/quadraticprogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFeasibility = 1e-11;
constexpr double kRowFeasibility = 1e-9;  ///< of a row of unit length
constexpr double kParallel = 1e-14;

double toleranceOf(int index, int variables) { return index < 2 * variables ? kFeasibility : kRowFeasibility; }

struct Rotation {
    double cosine = 1;
    double sine = 0;
    double length = 0;
};

Rotation rotationOnto(double first, double second)
{
    const double length = std::hypot(first, second);
    if (length == 0.0) return {};
    return {.cosine = first / length, .sine = second / length, .length = length};
}

}  // namespace

void QuadraticProgram::resize(int variables, int rowCount)
{
    hessian.resize(variables, variables);
    gradient.resize(variables);
    lower.setConstant(variables, -kInfinity);
    upper.setConstant(variables, kInfinity);
    rows.resize(rowCount, variables);
    rowUpper.resize(rowCount);
}

bool QpSolver::factorise(const QuadraticProgram& problem)
{
    m_factor.resize(m_n, m_n);
    for (int column = 0; column < m_n; ++column) {
        for (int row = column; row < m_n; ++row) {
            double value = problem.hessian(row, column);
            for (int k = 0; k < column; ++k) value -= m_factor(row, k) * m_factor(column, k);
            if (row > column) {
                m_factor(row, column) = value / m_factor(column, column);
            } else {
                if (!(value > 0.0) || !std::isfinite(value)) return false;
                m_factor(column, column) = std::sqrt(value);
            }
        }
    }
    // m_j = L⁻ᵀ, upper triangular.
    m_j.setZero(m_n, m_n);
    for (int column = 0; column < m_n; ++column) {
        m_j(column, column) = 1.0 / m_factor(column, column);
        for (int row = column - 1; row >= 0; --row) {
            double value = 0;
            for (int k = row + 1; k <= column; ++k) value -= m_factor(k, row) * m_j(k, column);
            m_j(row, column) = value / m_factor(row, row);
        }
    }
    return true;
}

double QpSolver::slack(const QuadraticProgram& problem, int index) const
{
    if (index < m_n) return m_x[index] - problem.lower[index];
    if (index < 2 * m_n) return problem.upper[index - m_n] - m_x[index - m_n];
    const int row = index - 2 * m_n;
    return problem.rowUpper[row] - problem.rows.row(row).dot(m_x);
}

int QpSolver::mostViolated(const QuadraticProgram& problem) const
{
    for (int i = 0; i < m_hintCount; ++i) {
        const int index = m_hints[static_cast<std::size_t>(i)];
        if (!m_isActive[static_cast<std::size_t>(index)] && slack(problem, index) < -toleranceOf(index, m_n)) {
            return index;
        }
    }
    int worst = -1;
    double least = 0;
    for (int index = 0; index < 2 * m_n + problem.rowCount(); ++index) {
        if (m_isActive[static_cast<std::size_t>(index)]) continue;
        const double value = slack(problem, index) + toleranceOf(index, m_n);
        if (value < least) {
            least = value;
            worst = index;
        }
    }
    return worst;
}

void QpSolver::project(const QuadraticProgram& problem, int index)
{
    if (index < m_n) {
        m_d = m_j.row(index).transpose();
    } else if (index < 2 * m_n) {
        m_d = -m_j.row(index - m_n).transpose();
    } else {
        const int row = index - 2 * m_n;
        for (int column = 0; column < m_n; ++column) m_d[column] = -problem.rows.row(row).dot(m_j.col(column));
    }
}

bool QpSolver::addConstraint(int index, double multiplier)
{
    for (int k = m_n - 1; k > m_active; --k) {
        const Rotation turn = rotationOnto(m_d[k - 1], m_d[k]);
        if (turn.sine == 0.0) continue;
        m_d[k - 1] = turn.length;
        m_d[k] = 0;
        for (int row = 0; row < m_n; ++row) {
            const double left = m_j(row, k - 1);
            const double right = m_j(row, k);
            m_j(row, k - 1) = turn.cosine * left + turn.sine * right;
            m_j(row, k) = turn.cosine * right - turn.sine * left;
        }
    }
    if (std::abs(m_d[m_active]) < kParallel) return false;
    m_r.col(m_active).head(m_active + 1) = m_d.head(m_active + 1);
    m_set[static_cast<std::size_t>(m_active)] = index;
    m_isActive[static_cast<std::size_t>(index)] = true;
    m_dual[m_active] = multiplier;
    ++m_active;
    return true;
}

void QpSolver::dropConstraint(int position)
{
    m_isActive[static_cast<std::size_t>(m_set[static_cast<std::size_t>(position)])] = false;
    for (int k = position; k + 1 < m_active; ++k) {
        m_set[static_cast<std::size_t>(k)] = m_set[static_cast<std::size_t>(k) + 1];
        m_dual[k] = m_dual[k + 1];
        m_r.col(k).head(k + 2) = m_r.col(k + 1).head(k + 2);
    }
    --m_active;
    for (int k = position; k < m_active; ++k) {
        const Rotation turn = rotationOnto(m_r(k, k), m_r(k + 1, k));
        if (turn.sine == 0.0) continue;
        for (int column = k; column < m_active; ++column) {
            const double above = m_r(k, column);
            const double below = m_r(k + 1, column);
            m_r(k, column) = turn.cosine * above + turn.sine * below;
            m_r(k + 1, column) = turn.cosine * below - turn.sine * above;
        }
        for (int row = 0; row < m_n; ++row) {
            const double left = m_j(row, k);
            const double right = m_j(row, k + 1);
            m_j(row, k) = turn.cosine * left + turn.sine * right;
            m_j(row, k + 1) = turn.cosine * right - turn.sine * left;
        }
    }
}

QpStatus QpSolver::solve(const QuadraticProgram& problem)
{
    m_n = problem.variables();
    m_active = 0;
    m_iterations = 0;
    m_isActive.fill(false);
    m_x.setZero(m_n);
    m_d.setZero(m_n);
    m_dual.setZero(m_n);
    m_rd.setZero(m_n);
    m_r.setZero(m_n, m_n);
    if (!problem.gradient.allFinite()) return QpStatus::NotConvex;
    for (int i = 0; i < m_n; ++i) {
        if (!(problem.lower[i] <= problem.upper[i])) return QpStatus::Infeasible;
    }
    if (!factorise(problem)) return QpStatus::NotConvex;
    if (m_hintCount > 0) {
        const int limit = 2 * m_n + problem.rowCount();
        const auto end = m_hints.begin() + m_hintCount;
        m_hintCount =
            static_cast<int>(std::remove_if(m_hints.begin(), end, [&](int i) { return i >= limit; }) - m_hints.begin());
    }

    for (int column = 0; column < m_n; ++column) {
        m_x.head(column + 1) -=
            m_j.col(column).head(column + 1) * m_j.col(column).head(column + 1).dot(problem.gradient.head(column + 1));
    }

    const int limit = 20 * (m_n + problem.rowCount()) + 20;
    for (;;) {
        const int index = mostViolated(problem);
        if (index < 0) break;
        double multiplier = 0;
        for (;;) {
            if (++m_iterations > limit) return QpStatus::IterationLimit;
            project(problem, index);
            m_z.setZero(m_n);
            for (int k = m_active; k < m_n; ++k) m_z += m_j.col(k) * m_d[k];
            for (int k = m_active - 1; k >= 0; --k) {
                double value = m_d[k];
                for (int c = k + 1; c < m_active; ++c) value -= m_r(k, c) * m_rd[c];
                m_rd[k] = value / m_r(k, k);
            }
            double dualStep = kInfinity;
            int blocking = -1;
            for (int k = 0; k < m_active; ++k) {
                if (m_rd[k] > kParallel && m_dual[k] / m_rd[k] < dualStep) {
                    dualStep = m_dual[k] / m_rd[k];
                    blocking = k;
                }
            }
            const double curvature = m_d.tail(m_n - m_active).squaredNorm();
            const double total = m_d.squaredNorm();
            const bool moves = curvature > 1e-12 * total && total > 0.0;
            const double primalStep = moves ? -slack(problem, index) / curvature : kInfinity;
            const double step = std::min(dualStep, primalStep);
            if (!(step < kInfinity)) return QpStatus::Infeasible;
            if (moves) m_x += step * m_z;
            m_dual.head(m_active) -= step * m_rd.head(m_active);
            multiplier += step;
            if (moves && primalStep <= dualStep) {
                if (!addConstraint(index, multiplier)) return QpStatus::IterationLimit;
                break;
            }
            dropConstraint(blocking);
            if (slack(problem, index) >= -toleranceOf(index, m_n)) break;
        }
    }
    if (!m_x.allFinite()) return QpStatus::NotConvex;
    m_x = m_x.cwiseMax(problem.lower).cwiseMin(problem.upper);
    for (int k = 0; k < m_active; ++k) {
        const int index = m_set[static_cast<std::size_t>(k)];
        if (index < m_n) m_x[index] = problem.lower[index];
        if (index >= m_n && index < 2 * m_n) m_x[index - m_n] = problem.upper[index - m_n];
    }
    m_hintCount = m_active;
    std::copy_n(m_set.begin(), m_active, m_hints.begin());
    return QpStatus::Solved;
}

}  // namespace understudy
