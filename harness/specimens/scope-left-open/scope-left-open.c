/* Calls functions for JavaScript, in a handle scope of its own, so that what they give is not held for long. */
#include "specimen.h"

enum { MOST_ARGUMENTS = 8 };

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 1 + MOST_ARGUMENTS;
  napi_value argv[1 + MOST_ARGUMENTS], receiver, result, escaped;
  napi_valuetype type;
  napi_escapable_handle_scope scope;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "this is no function");
  if (argc > 1 + MOST_ARGUMENTS) REFUSE(env, "too many arguments");
  TRY(napi_get_undefined(env, &receiver));
  TRY(napi_open_escapable_handle_scope(env, &scope));
  napi_status status = napi_call_function(env, receiver, argv[0], argc - 1, argv + 1, &result);
#if PLANTED
  /* The fault: it leaves when the function has thrown, and the scope stays open. */
  if (status != napi_ok) return NULL;
#endif
  if (status == napi_ok) status = napi_escape_handle(env, scope, result, &escaped);
  TRY(napi_close_escapable_handle_scope(env, scope));
  return status == napi_ok ? escaped : NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
