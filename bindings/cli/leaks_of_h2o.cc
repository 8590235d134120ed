// What libh2o 2.2.5 keeps when a thread of it ends: memory that it would have
// used again, and the queue of its context. LeakSanitizer asks for this by name.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:h2o_mem_alloc_recycle\nleak:h2o_multithread_create_queue\n";
}

// A server's standard error is for faults.
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
