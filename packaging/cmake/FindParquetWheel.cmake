# Arrow and Parquet C++: the distribution's packages where it has them, else the pinned pyarrow wheel unpacked
# under UNDERSTUDY_DEPS. Target: understudy::parquet.
find_package(Parquet QUIET)
if(Parquet_FOUND)
  add_library(understudy::parquet INTERFACE IMPORTED)
  target_link_libraries(understudy::parquet INTERFACE Parquet::parquet_shared)
  set(ParquetWheel_FOUND TRUE)
  return()
endif()
find_path(ParquetWheel_INCLUDE_DIR parquet/api/writer.h PATHS "${UNDERSTUDY_DEPS}/pyarrow/include" NO_DEFAULT_PATH)
file(GLOB ParquetWheel_ARROW "${UNDERSTUDY_DEPS}/pyarrow/libarrow.so.*")
file(GLOB ParquetWheel_PARQUET "${UNDERSTUDY_DEPS}/pyarrow/libparquet.so.*")
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ParquetWheel
  REQUIRED_VARS ParquetWheel_PARQUET ParquetWheel_ARROW ParquetWheel_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run packaging/setup, which unpacks the pinned wheels into .deps")
if(ParquetWheel_FOUND AND NOT TARGET understudy::parquet)
  add_library(understudy_arrow SHARED IMPORTED)
  set_target_properties(understudy_arrow PROPERTIES IMPORTED_LOCATION "${ParquetWheel_ARROW}")
  add_library(understudy::parquet SHARED IMPORTED)
  set_target_properties(understudy::parquet PROPERTIES IMPORTED_LOCATION "${ParquetWheel_PARQUET}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${ParquetWheel_INCLUDE_DIR}"
    INTERFACE_INCLUDE_DIRECTORIES "${ParquetWheel_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES understudy_arrow)
endif()
