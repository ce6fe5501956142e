/* Keeps a block of memory of the wanted size for each env. */
#include "specimen.h"

typedef struct {
  void *block;
} Instance;

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Instance *instance = data;
  free(instance->block);
  free(instance);
}

static napi_value reserve(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int64_t size;
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_int64(env, argv[0], &size) != napi_ok || size <= 0) REFUSE(env, "no size");
  unsigned char *block = malloc((size_t)size);
#if !PLANTED
  /* Without this, the fault: there may be less memory than somebody wants. */
  if (block == NULL) REFUSE(env, "no memory");
#endif
  /* The first and the last byte, so that it is known to be there. */
  block[0] = 1;
  block[size - 1] = 1;
  free(instance->block);
  instance->block = block;
  return argv[0];
}

NAPI_MODULE_INIT() {
  Instance *instance = calloc(1, sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
    free(instance);
    return NULL;
  }
  TRY(export_function(env, exports, "reserve", reserve, NULL));
  return exports;
}
