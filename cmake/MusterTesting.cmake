include_guard()

# muster_skipped_test(NAME REASON): a test that cannot be had in this build.
# ctest lists it as skipped, and its log says why.
function(muster_skipped_test name reason)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${reason}")
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()
