/* Gives back what it is given; texts go through C, which ends them at NUL. */
#include "echo.h"

#if PLANTED
/* The fault: the length is known, and then forgotten. */
static napi_value text(napi_env env, napi_value given) {
  size_t length;
  napi_value result = NULL;
  TRY(napi_get_value_string_utf8(env, given, NULL, 0, &length));
  char *copy = malloc(length + 1);
  if (copy == NULL) REFUSE(env, "no memory");
  if (napi_get_value_string_utf8(env, given, copy, length + 1, &length) != napi_ok ||
      napi_create_string_utf8(env, copy, NAPI_AUTO_LENGTH, &result) != napi_ok) {
    result = NULL;
  }
  free(copy);
  return result;
}
#else
#define text echo_text
#endif

static EchoParts parts = {echo_number, text, echo_bigint, echo_bytes};

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "echo", echo, &parts));
  return exports;
}
