/* Calls functions; while one runs, a reference holds it. */
#include "specimen.h"

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 9;
  napi_value argv[9], undefined, result;
  napi_valuetype type;
  napi_ref running;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "the first argument must be a function");
  TRY(napi_get_undefined(env, &undefined));
  TRY(napi_create_reference(env, argv[0], 1, &running));
  size_t given = argc < 9 ? argc - 1 : 8;
  napi_status status = napi_call_function(env, undefined, argv[0], given, argv + 1, &result);
#if PLANTED
  /* The fault: a call that failed leaves the reference behind, and with it the function and all that it closes over. */
  TRY(status);
  napi_delete_reference(env, running);
#else
  napi_delete_reference(env, running);
  TRY(status);
#endif
  return result;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
