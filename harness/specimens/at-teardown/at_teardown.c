/* A Node addon that is well until its env ends: its cleanup hook then does what ACTION says.
 *
 *   cc -shared -fPIC -DACTION=1 -o abort.node at_teardown.c     1 abort()   2 never returns   3 _exit(3)
 *
 * The few declarations of Node-API that it takes are written out, so that it compiles without headers of Node.
 * Harness tests load it in workers of the runners: the process dies, hangs or exits after the last
 * green test, and the harness must say so. */
#include <stdlib.h>
#include <unistd.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef int napi_status;

extern napi_status napi_add_env_cleanup_hook(napi_env env, void (*hook)(void *), void *arg);

static void at_teardown(void *arg) {
  (void)arg;
#if ACTION == 1
  abort();
#elif ACTION == 2
  for (;;) pause();
#elif ACTION == 3
  _exit(3);
#else
#error "ACTION must be 1, 2 or 3"
#endif
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  if (napi_add_env_cleanup_hook(env, at_teardown, NULL) != 0) abort();
  return exports;
}
