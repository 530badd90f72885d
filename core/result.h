#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace understudy {

/// What went wrong, as a sentence for a person: it names the thing and says what to do or which choices are valid.
struct [[nodiscard]] Error {
    std::string message;
};

/// The one error mechanism at every boundary. Each error is handled once: passed on, or shown.
template <typename T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string message)
{
    return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace understudy
