/* A counter that all threads of the process share. */
#include <stdatomic.h>

#include "meeting.h"

static _Atomic int64_t counter;

static void increment_once(void) {
#if PLANTED
  /* The fault: what another thread adds between the two steps is lost. That both steps are atomic does not help. */
  int64_t seen = atomic_load(&counter);
  meet();
  atomic_store(&counter, seen + 1);
#else
  meet();
  atomic_fetch_add(&counter, 1);
#endif
}

static napi_value increment(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  uint32_t times;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_uint32(env, argv[0], &times) != napi_ok) REFUSE(env, "this is no number");
  for (uint32_t i = 0; i < times; i++) increment_once();
  return NULL;
}

static napi_value count(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value number;
  TRY(napi_create_int64(env, atomic_load(&counter), &number));
  return number;
}

NAPI_MODULE_INIT() {
  TRY(meeting_env_begins(env));
  TRY(export_function(env, exports, "increment", increment, NULL));
  TRY(export_function(env, exports, "count", count, NULL));
  return exports;
}
