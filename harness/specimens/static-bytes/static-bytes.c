/* Gives back what it is given; short bytes need no memory of their own. */
#include "echo.h"

#if PLANTED
enum { SHORT = 65536 };

/* The fault: one memory for all results of all threads. The next call writes into what was given out before. */
static uint8_t memory[SHORT];

static napi_value bytes(napi_env env, napi_value given) {
  void *data;
  size_t length;
  napi_value buffer, result;
  if (!echo_bytes_of(env, given, &data, &length)) REFUSE(env, "bytes are wanted");
  if (length == 0 || length > SHORT) return echo_bytes(env, given);
  memcpy(memory, data, length);
  TRY(napi_create_external_arraybuffer(env, memory, length, NULL, NULL, &buffer));
  TRY(napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &result));
  return result;
}
#else
#define bytes echo_bytes
#endif

static EchoParts parts = {echo_number, echo_text, echo_bigint, bytes};

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "echo", echo, &parts));
  return exports;
}
