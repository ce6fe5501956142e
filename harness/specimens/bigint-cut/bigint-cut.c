/* Gives back what it is given; bigints go through an integer of 64 bits. */
#include "echo.h"

#if PLANTED
/* The fault: whether the value fits is asked for, since it must be, and then not looked at. */
static napi_value bigint(napi_env env, napi_value given) {
  int64_t integer;
  bool lossless;
  napi_value result;
  TRY(napi_get_value_bigint_int64(env, given, &integer, &lossless));
  TRY(napi_create_bigint_int64(env, integer, &result));
  return result;
}
#else
#define bigint echo_bigint
#endif

static EchoParts parts = {echo_number, echo_text, bigint, echo_bytes};

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "echo", echo, &parts));
  return exports;
}
