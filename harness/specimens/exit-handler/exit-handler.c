/* Counts its initialisations, and writes the count at the end where SPECIMEN_STATISTICS asks for it. */
#include "specimen.h"

#include <pthread.h>

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static int inits;

static void write_statistics(void) {
  const char *path = getenv("SPECIMEN_STATISTICS");
  FILE *file = path == NULL ? NULL : fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%d\n", inits);
  fclose(file);
}

#if PLANTED
static void at_exit(int code, void *unused) {
  (void)code;
  (void)unused;
  write_statistics();
}
#endif

/* Once for the process, however many envs there are. */
static bool register_statistics(void) {
#if PLANTED
  /* The fault: the C library keeps this until the process exits; the binary may be gone long before. */
  return on_exit(at_exit, NULL) == 0;
#else
  /* In a shared object this belongs to the object: it runs when that is unloaded, at the latest at the exit. */
  return atexit(write_statistics) == 0;
#endif
}

NAPI_MODULE_INIT() {
  pthread_mutex_lock(&counting);
  bool first = inits++ == 0;
  pthread_mutex_unlock(&counting);
  if (first && !register_statistics()) REFUSE(env, "too many exit handlers");
  return exports;
}
