# Every folder is one target, and a target sees exactly the headers of the targets it links: each target
# publishes build/include/<target>/<folder>/*.h, links to its own headers and nothing else.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
find_program(MOLD mold)
if(MOLD AND NOT UNDERSTUDY_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()

add_library(understudy_flags INTERFACE)
target_compile_options(understudy_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false overflows inside Eigen and libstdc++ at -O2.
  target_compile_options(understudy_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-maybe-uninitialized
                                                    -Wno-restrict)
endif()
if(UNDERSTUDY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(UNDERSTUDY_SANITIZE)
  add_compile_options(-fsanitize=${UNDERSTUDY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${UNDERSTUDY_SANITIZE})
endif()

# add_understudy_library(<target> FOLDER <folder> SOURCES <files> [PUBLIC <targets>] [PRIVATE <targets>])
function(add_understudy_library target)
  cmake_parse_arguments(ARG "" "FOLDER" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES})
  set(public "${PROJECT_BINARY_DIR}/include/${target}")
  file(MAKE_DIRECTORY "${public}/${ARG_FOLDER}")
  file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/*.h")
  file(GLOB published "${public}/${ARG_FOLDER}/*.h")
  foreach(link IN LISTS published)
    if(NOT EXISTS "${link}")
      file(REMOVE "${link}")
    endif()
  endforeach()
  foreach(header IN LISTS headers)
    get_filename_component(name "${header}" NAME)
    file(CREATE_LINK "${header}" "${public}/${ARG_FOLDER}/${name}" SYMBOLIC)
  endforeach()
  target_include_directories(${target} PUBLIC "${public}")
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} understudy_flags)
endfunction()

# What packaging/test builds for the thread sanitizer: the tests labelled tsan, and nothing else.
add_custom_target(tsan_tests)

# add_understudy_test(<folder>/tst_<name> [LINK <targets>] [LABELS <labels>] [TIMEOUT <seconds>] [DISPLAY]) registers one
# Qt Test executable. DISPLAY runs it under Xvfb. Labels with a meaning: tsan (also run under the thread sanitizer),
# slow (not run under the address sanitizer).
function(add_understudy_test path)
  cmake_parse_arguments(ARG "DISPLAY" "TIMEOUT" "LINK;LABELS" ${ARGN})
  get_filename_component(name "${path}" NAME)
  get_filename_component(folder "${path}" DIRECTORY)
  string(REPLACE "/" "_" target "${folder}_${name}")
  add_executable(${target} "${PROJECT_SOURCE_DIR}/tests/${path}.cpp")
  set_target_properties(${target} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${target} PRIVATE ${ARG_LINK} test_support Qt6::Test understudy_flags)
  if(ARG_DISPLAY)
    add_test(NAME ${folder}/${name} COMMAND xvfb-run -a -s "-screen 0 1680x1050x24" $<TARGET_FILE:${target}>)
  else()
    add_test(NAME ${folder}/${name} COMMAND ${target})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(environment "UBSAN_OPTIONS=set:print_stacktrace=1"
                  "LSAN_OPTIONS=set:suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0"
                  "TSAN_OPTIONS=set:suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp:history_size=4")
  if(NOT ARG_DISPLAY)
    list(APPEND environment "QT_QPA_PLATFORM=set:offscreen")
  endif()
  set_tests_properties(${folder}/${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${folder};${ARG_LABELS}"
                                                    ENVIRONMENT_MODIFICATION "${environment}")
  if("tsan" IN_LIST ARG_LABELS)
    add_dependencies(tsan_tests ${target})
  endif()
endfunction()
