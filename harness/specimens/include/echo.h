/* The function `echo` of the generic surface, made as it should be: what comes out is what went in, or an error. A
 * specimen replaces the part that it does wrong. */
#ifndef THREADPROOF_ECHO_H
#define THREADPROOF_ECHO_H

#include "specimen.h"

typedef napi_value (*EchoPart)(napi_env env, napi_value given);

typedef struct {
  EchoPart number, text, bigint, bytes;
} EchoParts;

static inline napi_value echo_number(napi_env env, napi_value given) {
  double number;
  napi_value result;
  TRY(napi_get_value_double(env, given, &number));
  TRY(napi_create_double(env, number, &result));
  return result;
}

/* UTF-16, as JavaScript has it, and with its length: half of a surrogate pair and NUL survive. */
static inline napi_value echo_text(napi_env env, napi_value given) {
  size_t length;
  napi_value result = NULL;
  TRY(napi_get_value_string_utf16(env, given, NULL, 0, &length));
  char16_t *text = malloc((length + 1) * sizeof *text);
  if (text == NULL) REFUSE(env, "no memory");
  if (napi_get_value_string_utf16(env, given, text, length + 1, &length) != napi_ok ||
      napi_create_string_utf16(env, text, length, &result) != napi_ok) {
    result = NULL;
  }
  free(text);
  return result;
}

static inline napi_value echo_bigint(napi_env env, napi_value given) {
  int64_t number;
  bool lossless;
  napi_value result;
  TRY(napi_get_value_bigint_int64(env, given, &number, &lossless));
  if (!lossless) REFUSE(env, "this needs more than 64 bits");
  TRY(napi_create_bigint_int64(env, number, &result));
  return result;
}

/* The memory of a Uint8Array; an error for everything else. */
static inline bool echo_bytes_of(napi_env env, napi_value given, void **data, size_t *length) {
  bool is = false;
  napi_typedarray_type type;
  return napi_is_typedarray(env, given, &is) == napi_ok && is &&
         napi_get_typedarray_info(env, given, &type, length, data, NULL, NULL) == napi_ok &&
         type == napi_uint8_array;
}

static inline napi_value echo_bytes(napi_env env, napi_value given) {
  void *data, *copy;
  size_t length;
  napi_value buffer, result;
  if (!echo_bytes_of(env, given, &data, &length)) REFUSE(env, "bytes are wanted");
  TRY(napi_create_arraybuffer(env, length, &copy, &buffer));
  if (length > 0) memcpy(copy, data, length);
  TRY(napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &result));
  return result;
}

static inline napi_value echo(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_valuetype type;
  void *data;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, &data));
  TRY(napi_typeof(env, argv[0], &type));
  const EchoParts *parts = data;
  switch (type) {
    case napi_number:
      return parts->number(env, argv[0]);
    case napi_string:
      return parts->text(env, argv[0]);
    case napi_bigint:
      return parts->bigint(env, argv[0]);
    case napi_object:
      return parts->bytes(env, argv[0]);
    default:
      REFUSE(env, "this has no native counterpart");
  }
}

#endif
