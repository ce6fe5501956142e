/* Keeps a view of bytes, and sums it up later. */
#include "specimen.h"

typedef struct {
  napi_ref view;
#if PLANTED
  /* The fault: JavaScript may move, shrink or free this memory as soon as the call of keep() is over. */
  const uint8_t *bytes;
  size_t length;
#endif
} Kept;

static void forget(napi_env env, void *data, void *hint) {
  (void)hint;
  Kept *kept = data;
  if (kept->view != NULL) napi_delete_reference(env, kept->view);
  free(kept);
}

/* Where the bytes of a view are now. */
static napi_status locate(napi_env env, napi_value view, const uint8_t **bytes, size_t *length) {
  napi_typedarray_type type;
  void *data;
  napi_status status = napi_get_typedarray_info(env, view, &type, length, &data, NULL, NULL);
  if (status != napi_ok) return status;
  *bytes = data;
  return type == napi_uint8_array ? napi_ok : napi_invalid_arg;
}

static napi_value keep(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value argv[1];
  const uint8_t *bytes;
  Kept *kept;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&kept));
  if (locate(env, argv[0], &bytes, &length) != napi_ok) REFUSE(env, "this is no Uint8Array");
#if PLANTED
  kept->bytes = bytes;
  kept->length = length;
#else
  if (kept->view != NULL) TRY(napi_delete_reference(env, kept->view));
  kept->view = NULL;
  TRY(napi_create_reference(env, argv[0], 1, &kept->view));
#endif
  return NULL;
}

static napi_value sum(napi_env env, napi_callback_info info) {
  (void)info;
  Kept *kept;
  const uint8_t *bytes;
  size_t length;
  double total = 0;
  napi_value number;
  TRY(napi_get_instance_data(env, (void **)&kept));
#if PLANTED
  bytes = kept->bytes;
  length = kept->length;
#else
  napi_value view;
  if (kept->view == NULL) REFUSE(env, "nothing is kept");
  TRY(napi_get_reference_value(env, kept->view, &view));
  if (locate(env, view, &bytes, &length) != napi_ok || length == 0) REFUSE(env, "the bytes are gone");
#endif
  for (size_t i = 0; i < length; i++) total += bytes[i];
  TRY(napi_create_double(env, total, &number));
  return number;
}

NAPI_MODULE_INIT() {
  Kept *kept = calloc(1, sizeof *kept);
  if (kept == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, kept, forget, NULL) != napi_ok) {
    free(kept);
    return NULL;
  }
  TRY(export_function(env, exports, "keep", keep, NULL));
  TRY(export_function(env, exports, "sum", sum, NULL));
  return exports;
}
