# muster_pytest(NAME DIR [ENVIRONMENT VAR=VALUE…] [ARGUMENTS WORD…] [WITHOUT_MODULE])
#
# A test NAME that runs pytest over DIR with the Python module of this build; the
# ARGUMENTS are for its conftest.py.
#
# Under MUSTER_SANITIZE the module is instrumented and Python is not, so the
# sanitizer's runtime has to be loaded before Python starts. WITHOUT_MODULE is
# for tests that only run programs: a program brings its own runtime.

# The runtime libraries to preload, separated by colons; "" for none.
function(muster_sanitizer_preload out)
  set(libraries)
  foreach(sanitizer address thread)
    if(NOT MUSTER_SANITIZE MATCHES "${sanitizer}")
      continue()
    endif()
    string(SUBSTRING ${sanitizer} 0 1 letter)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      list(APPEND libraries libclang_rt.${letter}san-${CMAKE_SYSTEM_PROCESSOR}.so)
    else()
      list(APPEND libraries lib${letter}san.so)
    endif()
  endforeach()
  if(libraries)
    # The runtime catches what is thrown, so it must find the C++ library at once.
    list(APPEND libraries libstdc++.so)
  endif()
  set(paths)
  foreach(library ${libraries})
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${library}
                    OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
    # What the compiler names may be a linker script or a link to the library.
    file(REAL_PATH ${path} path)
    list(APPEND paths ${path})
  endforeach()
  list(JOIN paths ":" paths)
  set(${out} "${paths}" PARENT_SCOPE)
endfunction()

# What a process needs in its environment to import the module of this build.
function(muster_module_environment out)
  set(environment PYTHONPATH=${CMAKE_BINARY_DIR}/python)
  muster_sanitizer_preload(preload)
  if(preload)
    list(APPEND environment
      LD_PRELOAD=${preload} PYTHONMALLOC=malloc
      # Python does not free everything that it has when it ends.
      ASAN_OPTIONS=detect_leaks=0)
  endif()
  set(${out} "${environment}" PARENT_SCOPE)
endfunction()

function(muster_pytest name dir)
  cmake_parse_arguments(PARSE_ARGV 2 arg "WITHOUT_MODULE" "" "ENVIRONMENT;ARGUMENTS")
  set(python /usr/bin/python3)
  if(Python_EXECUTABLE)
    set(python ${Python_EXECUTABLE})
  endif()
  # A sanitizer ends the process with its report, which must not be in a file
  # of pytest's by then.
  set(capture)
  if(MUSTER_SANITIZE)
    set(capture --capture=sys)
  endif()
  # Nothing is written beside the sources.
  add_test(NAME ${name}
    COMMAND ${python} -B -m pytest -q -p no:cacheprovider ${capture} ${dir}
            ${arg_ARGUMENTS})
  set(environment ${arg_ENVIRONMENT})
  if(NOT arg_WITHOUT_MODULE)
    muster_module_environment(for_module)
    list(APPEND environment ${for_module})
  endif()
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${environment}")
endfunction()
