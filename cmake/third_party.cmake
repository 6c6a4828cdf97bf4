# Every third-party library under one name each, so that the module table reads like a table.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)

function(third_pkg name)
  pkg_check_modules(${name}_pkg REQUIRED IMPORTED_TARGET ${ARGN})
  add_library(third::${name} ALIAS PkgConfig::${name}_pkg)
endfunction()
third_pkg(sodium libsodium)
third_pkg(xxhash libxxhash)
third_pkg(expat expat)
third_pkg(zip libzip)
third_pkg(pugixml pugixml)
third_pkg(zlib zlib)
third_pkg(icu icu-uc icu-i18n)
third_pkg(sqlite sqlite3)
third_pkg(pq libpq)
third_pkg(mariadb libmariadb)
third_pkg(curl libcurl)
third_pkg(rdkafka rdkafka)

# Without pkg-config: its only flag switches on threads for streams of documents, which nobody reads here.
find_library(SIMDJSON_LIBRARY simdjson REQUIRED)
add_library(third_simdjson INTERFACE)
target_link_libraries(third_simdjson INTERFACE ${SIMDJSON_LIBRARY})
add_library(third::simdjson ALIAS third_simdjson)

find_library(DATE_TZ_LIBRARY date-tz REQUIRED)
add_library(third_date INTERFACE)
target_link_libraries(third_date INTERFACE ${DATE_TZ_LIBRARY})
add_library(third::date ALIAS third_date)

add_library(third_duckdb SHARED IMPORTED)
set_target_properties(third_duckdb PROPERTIES IMPORTED_LOCATION ${LOTSE_DEPS}/duckdb/lib/libduckdb.so IMPORTED_NO_SONAME ON)
target_include_directories(third_duckdb SYSTEM INTERFACE ${LOTSE_DEPS}/duckdb/include)
add_library(third::duckdb ALIAS third_duckdb)

add_library(third_boost INTERFACE)
target_include_directories(third_boost SYSTEM INTERFACE ${LOTSE_DEPS}/boost/include)
target_link_libraries(third_boost INTERFACE Threads::Threads)
add_library(third::boost ALIAS third_boost)

# libduckdb.so has no versioned soname: it lies beside the programs that use it.
set(CMAKE_BUILD_RPATH "${LOTSE_DEPS}/duckdb/lib")
set(CMAKE_INSTALL_RPATH "$ORIGIN")
