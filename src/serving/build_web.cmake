# Builds the page with npm in a copy of its sources, and marks success with BUILD/built.
#   cmake -D SOURCE=web -D BUILD=folder -D NPM=npm -P build_web.cmake
set(page ${BUILD}/page)
file(MAKE_DIRECTORY ${page})
file(REMOVE_RECURSE ${page}/src ${page}/dist)
file(GLOB files ${SOURCE}/*.html ${SOURCE}/*.json ${SOURCE}/*.ts)
file(COPY ${SOURCE}/src ${files} DESTINATION ${page})
if(EXISTS ${SOURCE}/public)
  file(COPY ${SOURCE}/public DESTINATION ${page})
endif()

# npm ci takes half a minute; it is repeated only for another lock file.
file(SHA256 ${page}/package-lock.json lock)
set(installed "")
if(EXISTS ${page}/installed)
  file(READ ${page}/installed installed)
endif()
if(NOT installed STREQUAL lock)
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY ${page} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${page}/installed ${lock})
endif()
execute_process(COMMAND ${NPM} run --silent build
  WORKING_DIRECTORY ${page} COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH ${BUILD}/built)
