# Builds the page with npm in a copy of its sources, and marks success with BUILD/built.
#   cmake -D SOURCE=web -D BUILD=folder -D NPM=npm -P build_web.cmake
set(page ${BUILD}/page)
file(MAKE_DIRECTORY ${page})
file(REMOVE_RECURSE ${page}/src ${page}/dist)
file(GLOB files ${SOURCE}/.npmrc ${SOURCE}/*.html ${SOURCE}/*.json ${SOURCE}/*.ts)
file(COPY ${SOURCE}/src ${files} DESTINATION ${page})
if(EXISTS ${SOURCE}/public)
  file(COPY ${SOURCE}/public DESTINATION ${page})
endif()

# Repeated only for another lock file. Not `npm ci`: it refuses a lock file without the optional
# packages of every other platform, and a registry's mirror need not have those. `npm install`
# takes what is locked at that version and checks it against that hash too; that it may complete
# the lock file does not matter in a copy.
file(SHA256 ${page}/package-lock.json lock)
set(installed "")
if(EXISTS ${page}/installed)
  file(READ ${page}/installed installed)
endif()
if(NOT installed STREQUAL lock)
  execute_process(COMMAND ${NPM} install --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY ${page} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${page}/installed ${lock})
endif()
execute_process(COMMAND ${NPM} run --silent build
  WORKING_DIRECTORY ${page} COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH ${BUILD}/built)
