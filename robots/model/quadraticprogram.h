#pragma once

#include <array>
#include <cstdint>

#include <Eigen/Core>

namespace understudy {

inline constexpr int kMaxQpVariables = 40;
inline constexpr int kMaxQpRows = 48;

using QpVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxQpVariables, 1>;
using QpMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxQpVariables, kMaxQpVariables>;
using QpRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, kMaxQpRows, kMaxQpVariables>;
using QpRowVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxQpRows, 1>;

/// minimise ½ xᵀ H x + gᵀ x  subject to  lower ≤ x ≤ upper  and  rows · x ≤ rowUpper.
/// H is symmetric positive definite; bounds may be infinite. Storage is inside: nothing allocates.
struct QuadraticProgram {
    QpMatrix hessian;
    QpVector gradient;
    QpVector lower;
    QpVector upper;
    QpRows rows;
    QpRowVector rowUpper;

    /// Sets sizes; the values are undefined but for the bounds, which are infinite. At most kMaxQpVariables,
    /// kMaxQpRows.
    void resize(int variables, int rowCount);
    [[nodiscard]] int variables() const { return static_cast<int>(gradient.size()); }
    [[nodiscard]] int rowCount() const { return static_cast<int>(rowUpper.size()); }
};

enum class QpStatus : std::uint8_t {
    Solved,
    Infeasible,      ///< no x satisfies every bound and row
    NotConvex,       ///< H is not positive definite, or something is not finite
    IterationLimit,  ///< numerically stuck
};

/// Dual active-set method (Goldfarb and Idnani 1983) on dense matrices. Starts from the unconstrained minimum and
/// adds violated constraints, those of the previous solution first. Deterministic; one thread; never allocates.
class QpSolver {
public:
    [[nodiscard]] QpStatus solve(const QuadraticProgram& problem);
    /// Of the last solve() that returned Solved; within its bounds exactly.
    [[nodiscard]] const QpVector& solution() const { return m_x; }
    /// Constraints that hold with equality there.
    [[nodiscard]] int activeCount() const { return m_active; }
    [[nodiscard]] int iterations() const { return m_iterations; }
    /// Forgets the previous solution's active set.
    void reset() { m_hintCount = 0; }

private:
    static constexpr int kMaxConstraints = 2 * kMaxQpVariables + kMaxQpRows;

    [[nodiscard]] bool factorise(const QuadraticProgram& problem);
    /// How far constraint `index` is satisfied; negative when violated.
    [[nodiscard]] double slack(const QuadraticProgram& problem, int index) const;
    [[nodiscard]] int mostViolated(const QuadraticProgram& problem) const;
    /// m_d = m_j' · normal of the constraint.
    void project(const QuadraticProgram& problem, int index);
    [[nodiscard]] bool addConstraint(int index, double multiplier);
    void dropConstraint(int position);

    int m_n = 0;
    int m_active = 0;
    int m_iterations = 0;
    int m_hintCount = 0;
    std::array<int, kMaxQpVariables> m_set{};  ///< active constraints, in the order they came
    std::array<bool, kMaxConstraints> m_isActive{};
    std::array<int, kMaxQpVariables> m_hints{};
    QpMatrix m_factor;  ///< L of H = L·Lᵀ
    QpMatrix m_j;       ///< L⁻ᵀ·Q
    QpMatrix m_r;       ///< triangular, of the active normals
    QpVector m_x;
    QpVector m_d;
    QpVector m_z;
    QpVector m_dual;  ///< multipliers of the active constraints
    QpVector m_rd;
};

}  // namespace understudy
