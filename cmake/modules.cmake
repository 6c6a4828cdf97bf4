# lotse_module(NAME USES module... LIBS third-party...)
#   src/NAME/*.cc            -> static library lotse_NAME
#   src/NAME/*_test.cc       -> test program NAME_test (GoogleTest), run by ctest
#   src/NAME/*.sql           -> named statements, embedded as NAME_sql.h ("-- name: x" blocks)
find_package(Python3 COMPONENTS Interpreter REQUIRED)

add_library(lotse_pch INTERFACE)
set(LOTSE_PCH <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <expected> <functional> <map> <memory> <mutex>
    <optional> <span> <stop_token> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <nlohmann/json.hpp>)

# Tests of these run under the sanitizers, too: `ninja sanitized_tests`, `ctest -L sanitized`.
set(LOTSE_SANITIZED base model stats engine formats identity db events privacy hub)
add_custom_target(sanitized_tests)

# The base library owns the precompiled header; every other module reuses it, so that it is compiled once.
function(lotse_use_pch target)
  if(target STREQUAL "lotse_base")
    target_precompile_headers(${target} PRIVATE ${LOTSE_PCH})
  else()
    target_precompile_headers(${target} REUSE_FROM lotse_base)
  endif()
endfunction()

# A test runs once for each time it is compiled, so tests are compiled without optimizing, with a header of their own.
# FAST: tests that reckon much themselves.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/tests_pch.cc CONTENT "" @ONLY)
function(lotse_test target)
  cmake_parse_arguments(T "FAST" "" "" ${ARGN})
  target_link_libraries(${target} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  if(T_FAST)
    lotse_use_pch(${target})
    return()
  endif()
  if(NOT TARGET lotse_tests_pch)
    add_library(lotse_tests_pch STATIC ${CMAKE_BINARY_DIR}/generated/tests_pch.cc)
    target_link_libraries(lotse_tests_pch PUBLIC fmt::fmt GTest::gtest GTest::gmock)
    target_compile_options(lotse_tests_pch PRIVATE -O0)
    target_precompile_headers(lotse_tests_pch PRIVATE ${LOTSE_PCH} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  target_compile_options(${target} PRIVATE -O0)
  target_precompile_headers(${target} REUSE_FROM lotse_tests_pch)
endfunction()

# Presets compile several sources as one (CMAKE_UNITY_BUILD): most of a source's compile time is its headers. Not so the engine,
# whose hot loops shall not depend on their neighbours, and the two databases, which are alike by design.
set(LOTSE_ALONE engine db)

function(lotse_module name)
  cmake_parse_arguments(M "" "" "USES;LIBS" ${ARGN})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz)\\.cc$")
  list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(deps)
  foreach(u ${M_USES})
    list(APPEND deps lotse_${u})
  endforeach()
  if(sources)
    add_library(lotse_${name} STATIC ${sources})
    target_include_directories(lotse_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(lotse_${name} PUBLIC ${deps} ${M_LIBS})
    lotse_use_pch(lotse_${name})
    if(name IN_LIST LOTSE_ALONE)
      set_target_properties(lotse_${name} PROPERTIES UNITY_BUILD OFF)
    endif()
  else()
    add_library(lotse_${name} INTERFACE)
    target_include_directories(lotse_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(lotse_${name} INTERFACE ${deps} ${M_LIBS})
  endif()

  file(GLOB sql CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.sql)
  if(sql AND sources)
    set(out ${CMAKE_BINARY_DIR}/generated/${name}/${name}_sql.h)
    add_custom_command(OUTPUT ${out}
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py ${name} ${out} ${sql}
      DEPENDS ${sql} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py VERBATIM)
    target_sources(lotse_${name} PRIVATE ${out})
    target_include_directories(lotse_${name} PRIVATE ${CMAKE_BINARY_DIR}/generated)
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE lotse_${name})
    lotse_test(${name}_test)
    target_include_directories(${name}_test PRIVATE ${CMAKE_BINARY_DIR}/generated)
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    if(name IN_LIST LOTSE_SANITIZED)
      add_dependencies(sanitized_tests ${name}_test)
      set_tests_properties(${name} PROPERTIES LABELS sanitized)
    endif()
  endif()
endfunction()

function(lotse_program name)
  cmake_parse_arguments(M "" "" "USES" ${ARGN})
  add_executable(${name} ${M_UNPARSED_ARGUMENTS})
  foreach(u ${M_USES})
    target_link_libraries(${name} PRIVATE lotse_${u})
  endforeach()
  lotse_use_pch(${name})
endfunction()
