/* Calls a function until it returns true. */
#include "specimen.h"

static napi_value until(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], undefined, calls;
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "the first argument must be a function");
  TRY(napi_get_undefined(env, &undefined));
  int64_t count = 0;
  bool done = false;
  while (!done) {
    napi_handle_scope scope;
    napi_value result;
    TRY(napi_open_handle_scope(env, &scope));
    napi_status status = napi_call_function(env, undefined, argv[0], 0, NULL, &result);
    if (status == napi_ok) status = napi_get_value_bool(env, result, &done);
    count++;
    TRY(napi_close_handle_scope(env, scope));
#if PLANTED
    /* The fault: a call that failed is taken for one that said false, and fails for ever from then on. */
    (void)status;
#else
    if (status == napi_boolean_expected) REFUSE(env, "the function must return a boolean");
    if (status != napi_ok) return NULL;
#endif
  }
  TRY(napi_create_int64(env, count, &calls));
  return calls;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "until", until, NULL));
  return exports;
}
