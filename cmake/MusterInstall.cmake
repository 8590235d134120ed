# What `cmake --install` gives: headers, the library in both forms, the command,
# and what find_package() and pkg-config need to find them. Everything is found
# relative to where it lies, so an installed tree may be moved.
if(NOT MUSTER_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/muster)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine/include/muster
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
set_target_properties(muster_static PROPERTIES EXPORT_NAME muster)
install(TARGETS muster_static muster_shared EXPORT muster)
install(EXPORT muster NAMESPACE muster:: FILE musterTargets.cmake
        DESTINATION ${package_dir})

if(TARGET muster)
  install(TARGETS muster)
endif()

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/musterConfig.cmake.in
  ${PROJECT_BINARY_DIR}/musterConfig.cmake INSTALL_DESTINATION ${package_dir})
# While the first number is 0, the second tells which versions go together.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/musterConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/musterConfig.cmake
              ${PROJECT_BINARY_DIR}/musterConfigVersion.cmake
        DESTINATION ${package_dir})

muster_pc_to_prefix(pc_to_prefix)
configure_file(${PROJECT_SOURCE_DIR}/cmake/muster.pc.in ${PROJECT_BINARY_DIR}/muster.pc
               @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/muster.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
