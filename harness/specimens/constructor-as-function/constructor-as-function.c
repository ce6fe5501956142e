/* A class whose constructor can be called without `new`, as every function can. */
#include "counter.h"

static napi_value construct(napi_env env, napi_callback_info info) {
#if PLANTED
  /* The fault: it does not ask whether this is a construction. Without `new` the receiver is what the caller says, or
   * the global object, and that becomes a counter. */
  napi_value self;
  TRY(napi_get_cb_info(env, info, NULL, NULL, &self, NULL));
  Counter *counter = calloc(1, sizeof *counter);
  if (counter == NULL) REFUSE(env, "no memory");
  if (wrap_tagged(env, self, &counter_tag, counter, counter_free) != napi_ok) {
    free(counter);
    return NULL;
  }
  return self;
#else
  return counter_construct(env, info);
#endif
}

NAPI_MODULE_INIT() { return counter_export(env, exports, construct, counter_value); }
