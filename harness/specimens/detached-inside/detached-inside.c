/* scan(bytes, fn) sums up bytes, and calls a function before the first and after each block of them. */
#include "specimen.h"

enum { BLOCK = 1 << 16 };

/* Where the bytes of a view are now. */
static napi_status locate(napi_env env, napi_value view, const uint8_t **bytes, size_t *length) {
  napi_typedarray_type type;
  void *data;
  napi_status status = napi_get_typedarray_info(env, view, &type, length, &data, NULL, NULL);
  if (status != napi_ok) return status;
  *bytes = data;
  return type == napi_uint8_array ? napi_ok : napi_invalid_arg;
}

static napi_value scan(napi_env env, napi_callback_info info) {
  size_t argc = 2, length;
  napi_value argv[2], receiver, sum;
  napi_valuetype type;
  const uint8_t *bytes;
  double total = 0;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[1], &type));
  if (type != napi_function) REFUSE(env, "this is no function");
  if (locate(env, argv[0], &bytes, &length) != napi_ok) REFUSE(env, "this is no Uint8Array");
  TRY(napi_get_undefined(env, &receiver));
  TRY(napi_call_function(env, receiver, argv[1], 0, NULL, NULL));
  for (size_t at = 0; at < length; at += BLOCK) {
#if !PLANTED
    /* The fault, where this is missing: JavaScript ran since the address was asked for. */
    size_t now;
    if (locate(env, argv[0], &bytes, &now) != napi_ok) REFUSE(env, "this is no Uint8Array");
    if (now != length) REFUSE(env, "the bytes were taken away");
#endif
    for (size_t i = at; i < length && i < at + BLOCK; i++) total += bytes[i];
    TRY(napi_call_function(env, receiver, argv[1], 0, NULL, NULL));
  }
  TRY(napi_create_double(env, total, &sum));
  return sum;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "scan", scan, NULL));
  return exports;
}
