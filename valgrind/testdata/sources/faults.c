/* Memory faults for recorded samples, one per argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *make(size_t n) { return malloc(n); }

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "clean";
  if (!strcmp(which, "leak")) {
    for (int i = 0; i < 3; i++) { char *p = make(24); p[0] = 1; }
    void **list = make(sizeof(void *)); *list = make(100);
  } else if (!strcmp(which, "overflow")) {
    char *p = make(10); p[10] = 1; free(p); p[0] = 2; free(p);
  } else if (!strcmp(which, "uninit")) {
    int *p = make(sizeof(int)); if (*p > 5) puts("big"); free(p);
  } else if (!strcmp(which, "abort")) {
    char *p = make(10); p[10] = 1; abort();
  }
  return 0;
}
