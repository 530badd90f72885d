#pragma once

#include <memory>
#include <vector>

#include "app/station.h"
#include "core/devicesource.h"

namespace understudy {

struct DeviceChoices {
    /// A played-back operator lets go at the end of every pass, as a person does between takes.
    bool releaseEachPass = false;
};

/// The device that a station names; not started. A new kind is a branch here and a word in deviceKinds().
[[nodiscard]] Result<std::unique_ptr<DeviceSource>> makeDevice(const StationDevice& device,
                                                               const DeviceChoices& choices = {});
/// All of a station's devices as one: itself where there is one that needs no smoothing and no offset, else a rig.
[[nodiscard]] Result<std::unique_ptr<DeviceSource>> makeOperator(const Station& station,
                                                                 const DeviceChoices& choices = {});
/// The devices behind it: those of a rig, or itself.
[[nodiscard]] std::vector<DeviceInfo> devicesBehind(const DeviceSource& device, const Station& station);

}  // namespace understudy
