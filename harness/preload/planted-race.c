// Two threads race on a plain number on purpose, before Node begins: a ThreadSanitizer that does not report them has not
// looked, which its silence would not tell. And modules stay mapped after dlclose, as in keep-mapped.c.

#include <pthread.h>
#include <stddef.h>

// Volatile, or the compiler would leave it out: nobody reads it.
static volatile int number;

int dlclose(void *handle) {
  (void)handle;
  return 0;
}

static void *race(void *none) {
  number++;
  return none;
}

__attribute__((constructor)) static void start(void) {
  pthread_t threads[2];
  int started = 0;
  // Both are started before one is waited for: otherwise the second would come after the first.
  while (started < 2 && pthread_create(&threads[started], NULL, race, NULL) == 0) started++;
  while (started > 0) pthread_join(threads[--started], NULL);
}
