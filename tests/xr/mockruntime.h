#pragma once

#include <cstdint>

/// A small OpenXR runtime of our own, for what no free runtime has: whole bodies, a headset that is taken off, zero
/// quaternions, loss at a given moment, a frozen call. A shared library that the loader loads through XR_RUNTIME_JSON;
/// a test opens the same library and changes this state of it.
struct MockRuntime {
    struct Joint {
        float position[3];
        float orientation[4];  ///< x, y, z, w
        std::uint64_t flags;   ///< XrSpaceLocationFlags
    };
    bool hasBody[2] = {false, false};  ///< XR_FB_body_tracking, XR_BD_body_tracking; read when an instance is made
    bool hasHeadless = true;
    bool lost = false;    ///< calls fail with XR_ERROR_SESSION_LOST or XR_ERROR_INSTANCE_LOST until the next instance
    bool gone = false;    ///< no new instance
    bool frozen = false;  ///< xrSyncActions does not return
    int presence = -1;    ///< 0, 1: send that event once
    bool moveSpace = false;
    Joint head{};
    Joint grips[2]{};
    bool active[2] = {true, true};
    float trigger[2] = {0, 0};
    float squeeze[2] = {0, 0};
    bool upper[2] = {false, false};
    bool lower[2] = {false, false};
    float stick[2][2] = {{0, 0}, {0, 0}};
    bool handActive[2] = {true, true};
    Joint hands[2][26]{};
    Joint body[84]{};
    Joint skeleton[84]{};
    int pulses = 0;
    int instances = 0;
};

/// extern "C" mockRuntime(change, context): calls `change` with the library's one state, no call of a client beside it.
using MockRuntimeFunction = void (*)(void (*change)(MockRuntime&, void*), void* context);
