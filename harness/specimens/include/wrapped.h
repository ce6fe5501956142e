/* Objects that carry native memory, as Node-API wants them: with a type tag, so that nothing but
 * what this module made of this kind is ever taken for one. */
#ifndef THREADPROOF_WRAPPED_H
#define THREADPROOF_WRAPPED_H

#include "specimen.h"

/* Ties `data` to `object`. When it fails, `data` is still the caller's. */
static inline napi_status wrap_tagged(napi_env env, napi_value object, const napi_type_tag *tag,
                                      void *data, napi_finalize finalize) {
  napi_status status = napi_type_tag_object(env, object, tag);
  if (status != napi_ok) return status;
  return napi_wrap(env, object, data, finalize, NULL, NULL);
}

/* Whether the value is an object with this tag; false for what cannot have one. */
static inline bool has_tag(napi_env env, napi_value value, const napi_type_tag *tag) {
  napi_valuetype type;
  bool tagged = false;
  if (value == NULL || napi_typeof(env, value, &type) != napi_ok) return false;
  if (type != napi_object && type != napi_function) return false;
  return napi_check_object_type_tag(env, value, tag, &tagged) == napi_ok && tagged;
}

/* The memory of an object of this kind; NULL for anything else. */
static inline void *unwrap_tagged(napi_env env, napi_value value, const napi_type_tag *tag) {
  void *data = NULL;
  if (!has_tag(env, value, tag) || napi_unwrap(env, value, &data) != napi_ok) return NULL;
  return data;
}

/* The first argument of a call, or NULL when the arguments cannot be read. */
static inline napi_value first_argument(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  return argv[0];
}

#endif
