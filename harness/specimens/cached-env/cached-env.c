/* Calls functions of JavaScript, from deep within native code to which nobody hands the env. */
#include "specimen.h"

enum { MOST_ARGUMENTS = 8 };

#if PLANTED
/* The fault: each thread has an env, and this is that of the one which loaded the module last. */
static napi_env the_env;
#endif

static napi_value call_function(napi_env env, size_t argc, napi_value *argv) {
#if PLANTED
  env = the_env;
#endif
  napi_value undefined, result;
  TRY(napi_get_undefined(env, &undefined));
  TRY(napi_call_function(env, undefined, argv[0], argc - 1, argv + 1, &result));
  return result;
}

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = MOST_ARGUMENTS;
  napi_value argv[MOST_ARGUMENTS];
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (argc > MOST_ARGUMENTS) REFUSE(env, "these are too many arguments");
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "a function is wanted");
  return call_function(env, argc, argv);
}

NAPI_MODULE_INIT() {
#if PLANTED
  the_env = env;
#endif
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
