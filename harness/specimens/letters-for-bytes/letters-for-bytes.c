/* Gives back what it is given; texts go through memory of their size, as UTF-8. */
#include "echo.h"

/* How many bytes a text needs. */
static napi_status size_of(napi_env env, napi_value given, size_t *size) {
#if PLANTED
  /* The fault: these are its letters. Most letters of the world need two bytes or more in UTF-8. */
  return napi_get_value_string_utf16(env, given, NULL, 0, size);
#else
  return napi_get_value_string_utf8(env, given, NULL, 0, size);
#endif
}

static napi_value text(napi_env env, napi_value given) {
  size_t size, length;
  napi_value result = NULL;
  TRY(size_of(env, given, &size));
  TRY(napi_get_value_string_utf8(env, given, NULL, 0, &length));
  char *all = malloc(length + 1), *copy = malloc(size + 1);
  if (all != NULL && copy != NULL &&
      napi_get_value_string_utf8(env, given, all, length + 1, &length) == napi_ok) {
    memcpy(copy, all, length + 1);
    if (napi_create_string_utf8(env, copy, size, &result) != napi_ok) result = NULL;
  }
  free(all);
  free(copy);
  return result;
}

static EchoParts parts = {echo_number, text, echo_bigint, echo_bytes};

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "echo", echo, &parts));
  return exports;
}
