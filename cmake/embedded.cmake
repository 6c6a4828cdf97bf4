# Text files that travel inside the program, as constants in a generated header.
#   lotse_embed(MODULE KIND HEADER FILE...)
function(lotse_embed module kind header)
  set(out ${CMAKE_BINARY_DIR}/generated/${module}/${header})
  add_custom_command(OUTPUT ${out}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_text.py ${kind} ${out} ${ARGN}
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/tools/embed_text.py VERBATIM)
  target_sources(lotse_${module} PRIVATE ${out})
  target_include_directories(lotse_${module} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()

file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/operational/*.sql)
lotse_embed(db migrations:db migrations.h ${migrations})
file(GLOB event_migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/events_duckdb/*.sql)
if(TARGET lotse_events AND event_migrations)
  lotse_embed(events migrations:events event_migrations.h ${event_migrations})
endif()
file(GLOB problems CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/api/problems.json ${CMAKE_SOURCE_DIR}/api/problems.d/*.json)
lotse_embed(http problems problem_texts.h ${problems})
