/* A number of each env, in its instance data. */
#include "specimen.h"

typedef struct {
  int64_t number;
} Instance;

#if PLANTED
/* The fault: nobody frees it, so each worker thread leaves one behind. */
#define free_instance NULL
#else
static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}
#endif

static napi_value set(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  Instance *instance;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&instance));
  if (napi_get_value_int64(env, argv[0], &instance->number) != napi_ok) REFUSE(env, "no number");
  return NULL;
}

static napi_value get(napi_env env, napi_callback_info info) {
  (void)info;
  Instance *instance;
  napi_value number;
  TRY(napi_get_instance_data(env, (void **)&instance));
  TRY(napi_create_int64(env, instance->number, &number));
  return number;
}

NAPI_MODULE_INIT() {
  Instance *instance = calloc(1, sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
    free(instance);
    return NULL;
  }
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
