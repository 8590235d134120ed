# muster_npm_fixture(NAME DIR)
#
# What the package.json in DIR asks for, installed once in a build directory by a
# test npm.NAME, which is skipped where there is no network. A test that needs it
# has the property FIXTURES_REQUIRED npm.NAME, and is itself skipped where the file
# installed.json is not in the folder that is set as MUSTER_NPM_<NAME>.
include_guard()
find_program(MUSTER_NODE node)
find_program(MUSTER_NPM npm)

function(muster_npm_fixture name dir)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/npm)
  set(MUSTER_NPM_${name} ${work} PARENT_SCOPE)
  add_test(NAME npm.${name}
           COMMAND sh ${PROJECT_SOURCE_DIR}/tests/npm/install.sh ${dir} ${work})
  set_tests_properties(npm.${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
                       LABELS network FIXTURES_SETUP npm.${name})
endfunction()
