/* Objects with memory of their own, which must be given back when their env ends before they do. */
#include "quarantine.h"
#include "wrapped.h"

static const napi_type_tag tag = {0x1d7e5b3c94a0426f, 0x86c2e0f95b7d1a43};

typedef struct {
  int64_t *numbers;
} Object;

static void env_ends(void *data) {
  Object *object = data;
  object->numbers[0] = 0;
  free(object->numbers);
  object->numbers = NULL;
}

static void free_object(napi_env env, void *data, void *hint) {
  (void)hint;
  Object *object = data;
#if !PLANTED
  /* Without this, the fault: the hook stays behind and is called with memory that is gone. */
  napi_remove_env_cleanup_hook(env, env_ends, object);
#else
  (void)env;
#endif
  free(object->numbers);
  give_back(object, sizeof *object);
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  TRY(napi_create_object(env, &result));
  Object *object = calloc(1, sizeof *object);
  if (object == NULL) REFUSE(env, "no memory");
  object->numbers = malloc(sizeof *object->numbers);
  if (object->numbers != NULL) object->numbers[0] = 3;
  if (object->numbers == NULL || napi_add_env_cleanup_hook(env, env_ends, object) != napi_ok ||
      wrap_tagged(env, result, &tag, object, free_object) != napi_ok) {
    free_object(env, object, NULL);
    REFUSE(env, "no object");
  }
  return result;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value result;
  Object *object = unwrap_tagged(env, first_argument(env, info), &tag);
  if (object == NULL) REFUSE(env, "no object of this module");
  TRY(napi_create_int64(env, object->numbers[0], &result));
  return result;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  napi_value result = first_argument(env, info);
  void *object;
  if (!has_tag(env, result, &tag)) REFUSE(env, "no object of this module");
  if (napi_remove_wrap(env, result, &object) == napi_ok) free_object(env, object, NULL);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
