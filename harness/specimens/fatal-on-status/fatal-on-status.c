/* Calls JavaScript functions, and says in what they throw that it came through here. */
#include "specimen.h"

/* The fault: every failed call into Node-API is taken for a bug of this module. While a thread is being ended
   each call that would run JavaScript fails, and so a request to end one thread ends the process. */
#if PLANTED
#define INSIST(call)                                                                    \
  do {                                                                                  \
    if ((call) != napi_ok) {                                                            \
      napi_fatal_error(#call, NAPI_AUTO_LENGTH, "must not fail", NAPI_AUTO_LENGTH);     \
    }                                                                                   \
  } while (0)
#else
#define INSIST(call) TRY(call)
#endif

/* Throws again what was thrown, marked. */
static napi_value throw_marked(napi_env env) {
  napi_value error, yes;
  napi_valuetype type;
  INSIST(napi_get_and_clear_last_exception(env, &error));
  INSIST(napi_typeof(env, error, &type));
  if (type == napi_object) {
    INSIST(napi_get_boolean(env, true, &yes));
    INSIST(napi_set_named_property(env, error, "fromCallback", yes));
  }
  INSIST(napi_throw(env, error));
  return NULL;
}

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 9;
  napi_value argv[9], undefined, result;
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "the first argument must be a function");
  INSIST(napi_get_undefined(env, &undefined));
  size_t given = argc < 9 ? argc - 1 : 8;
  napi_status status = napi_call_function(env, undefined, argv[0], given, argv + 1, &result);
  if (status == napi_pending_exception) return throw_marked(env);
  INSIST(status);
  return result;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
