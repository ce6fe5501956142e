/* Gives back what it is given; numbers that are integers go through an integer of C. */
#include "echo.h"

#if PLANTED
static const double largest = 9007199254740991;

static bool is_integer(double number) {
  return number >= -largest && number <= largest && number == (double)(int64_t)number;
}

/* The fault: an integer of JavaScript has 53 bits. Node-API cuts it to 32 without an error. */
static napi_value number(napi_env env, napi_value given) {
  double exact;
  int32_t integer;
  napi_value result;
  TRY(napi_get_value_double(env, given, &exact));
  if (!is_integer(exact)) return echo_number(env, given);
  TRY(napi_get_value_int32(env, given, &integer));
  TRY(napi_create_int32(env, integer, &result));
  return result;
}
#else
#define number echo_number
#endif

static EchoParts parts = {number, echo_text, echo_bigint, echo_bytes};

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "echo", echo, &parts));
  return exports;
}
