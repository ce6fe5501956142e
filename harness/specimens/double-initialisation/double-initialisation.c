/* A counter that all threads of the process share, and that is made when somebody needs it. */
#include <stdatomic.h>

#include "meeting.h"

typedef struct {
  _Atomic int64_t count;
} Counter;

static _Atomic(Counter *) counter;

/* Frees the counter when the binary is unloaded. */
__attribute__((destructor)) static void counter_free(void) { free(atomic_load(&counter)); }

/* The counter of the process, or NULL when there is no memory for it. */
static Counter *counter_of_process(void) {
  Counter *found = atomic_load(&counter);
  if (found != NULL) return found;
  Counter *made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  meet();
#if PLANTED
  /* The fault: another thread may have come as far as this. Then there are two counters, and what is counted with one of
   * them is lost. */
  atomic_store(&counter, made);
#else
  if (!atomic_compare_exchange_strong(&counter, &found, made)) {
    free(made);
    return found;
  }
#endif
  return made;
}

static napi_value increment(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  uint32_t times;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_uint32(env, argv[0], &times) != napi_ok) REFUSE(env, "this is no number");
  Counter *shared = counter_of_process();
  if (shared == NULL) REFUSE(env, "no memory");
  for (uint32_t i = 0; i < times; i++) atomic_fetch_add(&shared->count, 1);
  return NULL;
}

static napi_value count(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value number;
  Counter *shared = counter_of_process();
  if (shared == NULL) REFUSE(env, "no memory");
  TRY(napi_create_int64(env, atomic_load(&shared->count), &number));
  return number;
}

NAPI_MODULE_INIT() {
  TRY(meeting_env_begins(env));
  TRY(export_function(env, exports, "increment", increment, NULL));
  TRY(export_function(env, exports, "count", count, NULL));
  return exports;
}
