# The one way to declare a module, a program and a test, so that every folder
# gets the same warnings, the same include root and the same direction rules.

# Flags travel as an interface target, never through CMAKE_CXX_FLAGS.
add_library(glyphd_flags INTERFACE)
add_library(glyphd::flags ALIAS glyphd_flags)
target_compile_features(glyphd_flags INTERFACE cxx_std_20)
target_compile_options(glyphd_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns of an overlap in every `"text" + std::string` (GCC bug 105651).
  target_compile_options(glyphd_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(glyphd_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
if(GLYPHD_WERROR)
  target_compile_options(glyphd_flags INTERFACE -Werror)
endif()
if(GLYPHD_SANITIZE)
  target_compile_options(glyphd_flags INTERFACE
    -fsanitize=${GLYPHD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(glyphd_flags INTERFACE -fsanitize=${GLYPHD_SANITIZE})
endif()
# Without coverage of our own code libFuzzer would only guess.
if(GLYPHD_FUZZ)
  target_compile_options(glyphd_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(glyphd_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# glyphd_library(name HEADERS … SOURCES … DEPS … PRIVATE_DEPS …)
#   DEPS          what our headers show
#   PRIVATE_DEPS  what stays behind our headers
function(glyphd_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(glyphd_${name} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
  add_library(glyphd::${name} ALIAS glyphd_${name})
  target_link_libraries(glyphd_${name} PUBLIC glyphd::flags ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
endfunction()

# glyphd_executable(name SOURCES … DEPS …): a program, put beside its libraries
# and its models, where it finds them from any working directory.
function(glyphd_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE glyphd::flags ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
    BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "$ORIGIN/lib")
  # DT_RPATH, not DT_RUNPATH: only the former is also used for the libraries
  # that our bundled libraries need in turn.
  target_link_options(${name} PRIVATE -Wl,--disable-new-dtags)
endfunction()

# glyphd_test(name SOURCES … DEPS … [ENVIRONMENT …]): one GoogleTest program.
# Its XML goes to one folder, from which the closing line is summed.
function(glyphd_test name)
  if(NOT GLYPHD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE glyphd::flags ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name}
    COMMAND ${name} --gtest_output=xml:${PROJECT_BINARY_DIR}/test-results/${name}.xml)
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "GLYPHD_SOURCE_DIR=${PROJECT_SOURCE_DIR};GLYPHD_BUILD_DIR=${PROJECT_BINARY_DIR};${ARG_ENVIRONMENT}")
endfunction()

# glyphd_fuzzer(name SOURCES … DEPS …): a libFuzzer target; built only with clang
# and GLYPHD_FUZZ=ON.
function(glyphd_fuzzer name)
  if(NOT GLYPHD_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE glyphd::flags ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
