# How Muster's own targets are compiled. Nothing here reaches a program that
# links the library: flags are private to our targets.
include(GNUInstallDirs)

option(MUSTER_INSTALL "Install Muster with the program that it is part of"
       ${PROJECT_IS_TOP_LEVEL})

# The way from where .pc files are installed to the prefix, so that an installed
# tree may be moved.
function(muster_pc_to_prefix out)
  file(RELATIVE_PATH path /${CMAKE_INSTALL_LIBDIR}/pkgconfig /.)
  string(REGEX REPLACE "/$" "" path ${path})
  set(${out} ${path} PARENT_SCOPE)
endfunction()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "" FORCE)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(MUSTER_CCACHE ccache)
  if(MUSTER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # It keeps what includes a precompiled header only when told so.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros ${MUSTER_CCACHE})
  endif()
endif()

# "address", "thread", …: every target of this build under these sanitizers.
set(MUSTER_SANITIZE "" CACHE STRING "Sanitizers for all targets, comma-separated")

# Global, since a program that takes Muster in with add_subdirectory() links
# these too, from a directory above this one.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
find_package(absl REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(RapidJSON REQUIRED)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET GLOBAL lmdb)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET GLOBAL libsodium)

# What every target of ours is compiled with; those in C with the function below.
function(muster_compile_options target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
                         -Wnon-virtual-dtor -Wno-missing-field-initializers)
  target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
  if(MUSTER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MUSTER_SANITIZE}
                           -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${MUSTER_SANITIZE})
  endif()
endfunction()

function(muster_compile_c_options target)
  set_target_properties(${target} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
                         -Wstrict-prototypes)
  if(MUSTER_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MUSTER_SANITIZE}
                           -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${MUSTER_SANITIZE})
  endif()
endfunction()
