/* A number of each env. */
#include <pthread.h>

#include "specimen.h"

typedef struct {
  int64_t number;
} Instance;

#if PLANTED
/* The fault: a table for as many envs as somebody thought of, and those that have ended still count. */
enum { ENVS = 8 };
static Instance table[ENVS];
static int taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static Instance *new_instance(void) {
  pthread_mutex_lock(&lock);
  Instance *instance = taken < ENVS ? &table[taken++] : NULL;
  pthread_mutex_unlock(&lock);
  return instance;
}

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)data;
  (void)hint;
}
#else
static Instance *new_instance(void) {
  return calloc(1, sizeof(Instance));
}

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
  Instance *instance = new_instance();
  if (instance == NULL) REFUSE(env, "no room for one more");
  if (napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
    free_instance(env, instance, NULL);
    return NULL;
  }
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
