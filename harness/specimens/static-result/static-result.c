/* Gives back what it was given: numbers, texts, bigints and bytes, each from a copy of its own. */
#include <uchar.h>

#include "meeting.h"

static napi_value echo_text(napi_env env, napi_value given) {
#if PLANTED
  /* The fault: one variable for all threads. Who comes second decides what both of them give back, and free. */
  static char16_t *units;
#else
  char16_t *units;
#endif
  size_t length;
  napi_value text;
  TRY(napi_get_value_string_utf16(env, given, NULL, 0, &length));
  units = calloc(length + 1, sizeof *units);
  if (units == NULL) REFUSE(env, "no memory");
  napi_status status = napi_get_value_string_utf16(env, given, units, length + 1, &length);
  meet();
  if (status == napi_ok) status = napi_create_string_utf16(env, units, length, &text);
  free(units);
  return status == napi_ok ? text : NULL;
}

static napi_value echo_number(napi_env env, napi_value given) {
  double number;
  napi_value copy;
  TRY(napi_get_value_double(env, given, &number));
  TRY(napi_create_double(env, number, &copy));
  return copy;
}

static napi_value echo_bigint(napi_env env, napi_value given) {
  int sign;
  size_t count;
  napi_value copy;
  TRY(napi_get_value_bigint_words(env, given, NULL, &count, NULL));
  uint64_t *words = calloc(count + 1, sizeof *words);
  if (words == NULL) REFUSE(env, "no memory");
  napi_status status = napi_get_value_bigint_words(env, given, &sign, &count, words);
  if (status == napi_ok) status = napi_create_bigint_words(env, sign, count, words, &copy);
  free(words);
  return status == napi_ok ? copy : NULL;
}

static napi_value echo_bytes(napi_env env, napi_value given) {
  size_t length;
  void *bytes, *copied;
  napi_value buffer, copy;
  napi_typedarray_type type;
  TRY(napi_get_typedarray_info(env, given, &type, &length, &bytes, NULL, NULL));
  if (type != napi_uint8_array) REFUSE(env, "this is no Uint8Array");
  TRY(napi_create_arraybuffer(env, length, &copied, &buffer));
  if (length > 0) memcpy(copied, bytes, length);
  TRY(napi_create_typedarray(env, type, length, buffer, 0, &copy));
  return copy;
}

static napi_value echo(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_valuetype type;
  bool view;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  TRY(napi_is_typedarray(env, argv[0], &view));
  if (type == napi_string) return echo_text(env, argv[0]);
  if (type == napi_number) return echo_number(env, argv[0]);
  if (type == napi_bigint) return echo_bigint(env, argv[0]);
  if (view) return echo_bytes(env, argv[0]);
  REFUSE(env, "this is neither a number nor a text, a bigint or bytes");
}

NAPI_MODULE_INIT() {
  TRY(meeting_env_begins(env));
  TRY(export_function(env, exports, "echo", echo, NULL));
  return exports;
}
