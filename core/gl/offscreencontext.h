#pragma once

#include <memory>
#include <string>

#include "core/result.h"

namespace understudy {

enum class GlProfile { Core, Compatibility };

/// An OpenGL context without a window or a display server (EGL): a graphics card where there is one, else Mesa's
/// software renderer. Current in one thread at a time; destroyed where it is current, or while it is nowhere.
class OffscreenContext {
public:
    /// Creates the context and makes it current on the calling thread. Fails in words where there is no OpenGL.
    [[nodiscard]] static Result<std::unique_ptr<OffscreenContext>> create(GlProfile profile);
    ~OffscreenContext();
    OffscreenContext(const OffscreenContext&) = delete;
    OffscreenContext& operator=(const OffscreenContext&) = delete;

    /// Of the calling thread, after release() on the one that had it.
    [[nodiscard]] Result<void> makeCurrent();
    void release();

    /// GL_RENDERER, e.g. "llvmpipe (LLVM 15.0.6, 256 bits)".
    [[nodiscard]] const std::string& renderer() const { return m_renderer; }
    /// A processor draws, not a GPU: the caller lowers its cost.
    [[nodiscard]] bool isSoftware() const;
    [[nodiscard]] bool isCurrent() const;
    /// The driver was reset, or took the context away; nothing drawn since counts. Where it is current.
    [[nodiscard]] bool isLost() const;

private:
    using ResetStatus = unsigned (*)();

    OffscreenContext(void* display, void* context) : m_display(display), m_context(context) {}

    void* m_display;
    void* m_context;
    ResetStatus m_resetStatus = nullptr;  ///< none: a driver that cannot tell
    std::string m_renderer;
};

}  // namespace understudy
