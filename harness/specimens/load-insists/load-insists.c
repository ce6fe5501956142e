/* A module with two numbers and a function; what matters is how it is loaded. */
#include "specimen.h"

#if PLANTED
/* The fault: loading may be interrupted too, by the end of its thread or by what a setter throws. */
#define EXPORT(call)                                                                       \
  do {                                                                                     \
    if ((call) != napi_ok) {                                                               \
      napi_fatal_error("init", NAPI_AUTO_LENGTH, "cannot export " #call, NAPI_AUTO_LENGTH); \
    }                                                                                      \
  } while (0)
#else
#define EXPORT(call) TRY(call)
#endif

static napi_value echo(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  return argv[0];
}

NAPI_MODULE_INIT() {
  napi_value major, minor;
  TRY(napi_create_int32(env, 1, &major));
  TRY(napi_create_int32(env, 0, &minor));
  EXPORT(napi_set_named_property(env, exports, "major", major));
  EXPORT(napi_set_named_property(env, exports, "minor", minor));
  EXPORT(export_function(env, exports, "echo", echo, NULL));
  return exports;
}
