# Copies the binary schemas of the contract to schemas/released/VERSION.
# A version once released is never overwritten.
if(NOT VERSION MATCHES "^[1-9][0-9]*$")
  message(FATAL_ERROR "say which version: cmake -DTOONO_RELEASE=1, then build release_schemas")
endif()
if(EXISTS ${TO}/${VERSION})
  message(FATAL_ERROR "version ${VERSION} has been released: take the next number")
endif()
foreach(schema commands journal)
  file(COPY ${FROM}/${schema}.bfbs DESTINATION ${TO}/${VERSION})
endforeach()
