/* A class whose constructor is kept for a factory function. */
#include "specimen.h"

#if PLANTED
/* The fault: one for the whole process, and so of the env that was initialised last. */
static napi_ref constructor;
#else
typedef struct {
  napi_ref constructor;
} Instance;

static void free_instance(napi_env env, void *data, void *hint) {
  (void)hint;
  Instance *instance = data;
  napi_delete_reference(env, instance->constructor);
  free(instance);
}
#endif

static void free_count(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static napi_value construct(napi_env env, napi_callback_info info) {
  napi_value self;
  TRY(napi_get_cb_info(env, info, NULL, NULL, &self, NULL));
  int64_t *count = calloc(1, sizeof *count);
  if (count == NULL) REFUSE(env, "no memory");
  if (napi_wrap(env, self, count, free_count, NULL, NULL) != napi_ok) {
    free(count);
    return NULL;
  }
  return self;
}

static napi_value add(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], self, sum;
  TRY(napi_get_cb_info(env, info, &argc, argv, &self, NULL));
  int64_t *count, more;
  TRY(napi_unwrap(env, self, (void **)&count));
  TRY(napi_get_value_int64(env, argv[0], &more));
  *count += more;
  TRY(napi_create_int64(env, *count, &sum));
  return sum;
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_ref kept;
#if PLANTED
  kept = constructor;
#else
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  kept = instance->constructor;
#endif
  napi_value class, made;
  TRY(napi_get_reference_value(env, kept, &class));
  TRY(napi_new_instance(env, class, 0, NULL, &made));
  return made;
}

NAPI_MODULE_INIT() {
  napi_value class;
  napi_property_descriptor methods[] = {
      {"add", NULL, add, NULL, NULL, NULL, napi_default_method, NULL},
  };
  TRY(napi_define_class(env, "Counter", NAPI_AUTO_LENGTH, construct, NULL, 1, methods, &class));
#if PLANTED
  TRY(napi_create_reference(env, class, 1, &constructor));
#else
  Instance *instance = calloc(1, sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  TRY(napi_create_reference(env, class, 1, &instance->constructor));
  TRY(napi_set_instance_data(env, instance, free_instance, NULL));
#endif
  TRY(napi_set_named_property(env, exports, "Counter", class));
  TRY(export_function(env, exports, "make", make, NULL));
  return exports;
}
