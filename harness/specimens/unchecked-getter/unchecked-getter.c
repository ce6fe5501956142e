/* A class with a method and an accessor. V8 guards methods: it calls them on instances of their class alone. It does not
 * guard accessors. */
#include "counter.h"

static napi_value value(napi_env env, napi_callback_info info) {
#if PLANTED
  /* The fault: whatever the getter is called on is taken for a counter, the status is not looked at. */
  napi_value self, number;
  Counter *counter = NULL;
  TRY(napi_get_cb_info(env, info, NULL, NULL, &self, NULL));
  napi_unwrap(env, self, (void **)&counter);
  TRY(napi_create_int64(env, counter->count, &number));
  return number;
#else
  return counter_value(env, info);
#endif
}

NAPI_MODULE_INIT() { return counter_export(env, exports, counter_construct, value); }
