# MuJoCo from the pinned wheel unpacked under UNDERSTUDY_DEPS: target mujoco::mujoco.
find_path(MuJoCo_INCLUDE_DIR mujoco/mujoco.h PATHS "${UNDERSTUDY_DEPS}/mujoco/include" NO_DEFAULT_PATH)
file(GLOB MuJoCo_LIBRARY "${UNDERSTUDY_DEPS}/mujoco/libmujoco.so.3.*")
if(MuJoCo_INCLUDE_DIR)
  string(REGEX MATCH "libmujoco\\.so\\.([0-9.]+)$" ignored "${MuJoCo_LIBRARY}")
  set(MuJoCo_VERSION "${CMAKE_MATCH_1}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MuJoCo REQUIRED_VARS MuJoCo_LIBRARY MuJoCo_INCLUDE_DIR VERSION_VAR MuJoCo_VERSION
  REASON_FAILURE_MESSAGE "run packaging/setup, which unpacks the pinned wheels into .deps")
if(MuJoCo_FOUND AND NOT TARGET mujoco::mujoco)
  add_library(mujoco::mujoco SHARED IMPORTED)
  set_target_properties(mujoco::mujoco PROPERTIES IMPORTED_LOCATION "${MuJoCo_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${MuJoCo_INCLUDE_DIR}")
endif()
