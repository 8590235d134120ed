# muster_http_adapter(NAME
#   PKG_CONFIG MODULE | FIND_PACKAGE "PACKAGE VERSION"…  where the framework is found
#   | LIBRARY NAME HEADER FILE                           or these, if it has neither
#   [LIBRARIES TARGET…]     what it gives to link with FIND_PACKAGE
#   [PC_REQUIRES MODULE…]   for pkg-config, where PKG_CONFIG does not say it
#   [PC_LIBS FLAG…] [PC_CFLAGS FLAG…]
#   [DIFFERENCES WORD…])    what the framework forces, in the words of
#                           tests/conformance/differences.py
#
# What every adapter in bindings/http/NAME is: a header muster_NAME.h, the target
# muster::http_NAME, a component of the package and a muster_http_NAME.pc; and
# example.cc, built to examples/NAME. Where the framework is not on the machine
# nothing of it is made, and the configuration says so.
#
# An adapter takes the form of the library that the program has chosen:
# muster::muster of the installed package may be static or shared.
include_guard()

# Which adapters there are here, for tests and the installation.
set_property(GLOBAL PROPERTY MUSTER_HTTP_ADAPTERS "")

# Writes the lines that look for a library and its header.
function(muster_write_finder name lines)
  set(variable MUSTER_HTTP_${name})
  file(WRITE ${lines} "find_library(${variable}_LIBRARY ${arg_LIBRARY})
find_path(${variable}_INCLUDE_DIR ${arg_HEADER})
mark_as_advanced(${variable}_LIBRARY ${variable}_INCLUDE_DIR)
if(${variable}_LIBRARY AND ${variable}_INCLUDE_DIR AND NOT TARGET MusterFramework::${name})
  add_library(MusterFramework::${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(MusterFramework::${name} PROPERTIES
    IMPORTED_LOCATION \"\${${variable}_LIBRARY}\"
    INTERFACE_INCLUDE_DIRECTORIES \"\${${variable}_INCLUDE_DIR}\")
endif()
")
endfunction()

# Sets FOUND; writes the lines that find the framework again in a program that
# has the installed package.
function(muster_find_framework name found)
  set(lines ${CMAKE_CURRENT_BINARY_DIR}/muster_http_${name}Dependencies.cmake)
  if(arg_PKG_CONFIG)
    string(TOUPPER ${name} upper)
    pkg_check_modules(${upper} QUIET IMPORTED_TARGET GLOBAL ${arg_PKG_CONFIG})
    set(${found} ${${upper}_FOUND} PARENT_SCOPE)
    file(WRITE ${lines} "if(NOT TARGET PkgConfig::${upper})\n"
      "  pkg_check_modules(${upper} REQUIRED IMPORTED_TARGET ${arg_PKG_CONFIG})\nendif()\n")
  elseif(arg_LIBRARY)
    muster_write_finder(${name} ${lines})
    include(${lines})
    if(TARGET MusterFramework::${name})
      set(${found} TRUE PARENT_SCOPE)
    endif()
  else()
    set(all_found TRUE)
    file(WRITE ${lines} "")
    foreach(words ${arg_FIND_PACKAGE})
      separate_arguments(package UNIX_COMMAND ${words})
      find_package(${package} QUIET)
      list(GET package 0 package_name)
      if(NOT ${package_name}_FOUND)
        set(all_found FALSE)
      endif()
      file(APPEND ${lines} "find_dependency(${words})\n")
    endforeach()
    set(${found} ${all_found} PARENT_SCOPE)
  endif()
endfunction()

# The words of a .pc file.
function(muster_adapter_pc name)
  set(adapter ${name})
  list(JOIN arg_PC_LIBS " " libs)
  list(JOIN arg_PC_CFLAGS " " cflags)
  list(JOIN arg_PC_REQUIRES " " requires)
  set(requires "muster ${arg_PKG_CONFIG} ${requires}")
  string(STRIP "${requires}" requires)
  muster_pc_to_prefix(pc_to_prefix)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/muster_http.pc.in
                 ${CMAKE_CURRENT_BINARY_DIR}/muster_http_${name}.pc @ONLY)
endfunction()

function(muster_adapter_install name)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/muster)
  install(TARGETS muster_http_${name} EXPORT muster_http_${name})
  install(EXPORT muster_http_${name} NAMESPACE muster::
          FILE muster_http_${name}Targets.cmake DESTINATION ${package_dir})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/muster_http_${name}Dependencies.cmake
          DESTINATION ${package_dir})
  install(FILES muster_${name}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/muster_http_${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

function(muster_http_adapter name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PKG_CONFIG;LIBRARY;HEADER"
    "FIND_PACKAGE;LIBRARIES;PC_REQUIRES;PC_LIBS;PC_CFLAGS;DIFFERENCES")
  muster_find_framework(${name} found)
  if(NOT found)
    message(STATUS "muster::http_${name} is not built: there is no "
                   "${arg_PKG_CONFIG}${arg_FIND_PACKAGE}${arg_LIBRARY}")
    return()
  endif()
  if(arg_PKG_CONFIG)
    string(TOUPPER ${name} upper)
    list(APPEND arg_LIBRARIES PkgConfig::${upper})
  elseif(arg_LIBRARY)
    list(APPEND arg_LIBRARIES MusterFramework::${name})
  endif()

  add_library(muster_http_${name} INTERFACE)
  add_library(muster::http_${name} ALIAS muster_http_${name})
  set_target_properties(muster_http_${name} PROPERTIES EXPORT_NAME http_${name})
  target_compile_features(muster_http_${name} INTERFACE cxx_std_17)
  target_include_directories(muster_http_${name} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(muster_http_${name} INTERFACE
    $<BUILD_INTERFACE:muster_static> $<INSTALL_INTERFACE:muster::muster>
    ${arg_LIBRARIES} Threads::Threads)
  set_property(GLOBAL APPEND PROPERTY MUSTER_HTTP_ADAPTERS ${name})
  set_property(GLOBAL PROPERTY MUSTER_HTTP_${name}_DIFFERENCES ${arg_DIFFERENCES})
  if(MUSTER_INSTALL)
    muster_adapter_pc(${name})
    muster_adapter_install(${name})
  endif()

  if(PROJECT_IS_TOP_LEVEL)
    add_executable(muster_example_${name} example.cc)
    muster_compile_options(muster_example_${name})
    target_link_libraries(muster_example_${name} PRIVATE muster::http_${name})
    set_target_properties(muster_example_${name} PROPERTIES
      OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
  endif()
endfunction()
