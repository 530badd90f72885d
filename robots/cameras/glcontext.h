#pragma once

#include <memory>
#include <string>

#include "core/result.h"

namespace understudy {

/// An OpenGL compatibility context without a window or a display: a graphics card where there is one, else Mesa's
/// software renderer. Current in one thread at a time.
class GlContext {
public:
    [[nodiscard]] static Result<std::unique_ptr<GlContext>> create();
    ~GlContext();
    GlContext(const GlContext&) = delete;
    GlContext& operator=(const GlContext&) = delete;

    [[nodiscard]] Result<void> makeCurrent();
    void release();
    [[nodiscard]] const std::string& renderer() const { return m_renderer; }  ///< GL_RENDERER
    [[nodiscard]] bool isSoftware() const;

private:
    GlContext(void* display, void* context) : m_display(display), m_context(context) {}

    void* m_display = nullptr;
    void* m_context = nullptr;
    std::string m_renderer;
};

}  // namespace understudy
