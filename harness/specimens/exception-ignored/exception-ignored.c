/* Calls functions for JavaScript. */
#include "specimen.h"

enum { MOST_ARGUMENTS = 8 };

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 1 + MOST_ARGUMENTS;
  napi_value argv[1 + MOST_ARGUMENTS], receiver, result;
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "this is no function");
  if (argc > 1 + MOST_ARGUMENTS) REFUSE(env, "too many arguments");
  TRY(napi_get_undefined(env, &receiver));
  napi_status status = napi_call_function(env, receiver, argv[0], argc - 1, argv + 1, &result);
#if PLANTED
  /* The fault: as long as the exception of the function is pending nothing else works, so it is taken away. Nobody
   * gives it back: the caller sees a function that returned nothing. */
  if (status == napi_pending_exception) {
    napi_value exception;
    TRY(napi_get_and_clear_last_exception(env, &exception));
    TRY(napi_get_undefined(env, &result));
    return result;
  }
#endif
  /* Otherwise the exception stays pending, and is thrown as soon as this function returns. */
  return status == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
