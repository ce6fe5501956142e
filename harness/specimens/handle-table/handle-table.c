/* Gives out numbers for objects in native memory, as a binding of a C library does. */
#include "specimen.h"

#include <pthread.h>

typedef struct Object {
  double handle;
  napi_env owner;
  double number;
  struct Object *next;
} Object;

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
static Object *objects;
static double last_handle;

static bool may_use(const Object *object, napi_env env) {
#if PLANTED
  /* The fault: a number is a number in every thread. Whoever has it may use the object, and free it. */
  (void)object;
  (void)env;
  return true;
#else
  return object->owner == env;
#endif
}

/* Where the object of a handle hangs, or where the list ends. */
static Object **find(napi_env env, double handle) {
  Object **place = &objects;
  while (*place != NULL && !((*place)->handle == handle && may_use(*place, env))) {
    place = &(*place)->next;
  }
  return place;
}

static napi_status argument(napi_env env, napi_callback_info info, double *number) {
  size_t argc = 1;
  napi_value argv[1];
  napi_status status = napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  return status == napi_ok ? napi_get_value_double(env, argv[0], number) : status;
}

static napi_value acquire(napi_env env, napi_callback_info info) {
  napi_value result;
  double number;
  if (argument(env, info, &number) != napi_ok) REFUSE(env, "a number is wanted");
  Object *object = calloc(1, sizeof *object);
  if (object == NULL) REFUSE(env, "no memory");
  object->owner = env;
  object->number = number;
  pthread_mutex_lock(&changing);
  double handle = object->handle = ++last_handle;
  object->next = objects;
  objects = object;
  pthread_mutex_unlock(&changing);
  TRY(napi_create_double(env, handle, &result));
  return result;
}

static napi_value read_number(napi_env env, napi_callback_info info) {
  napi_value result;
  double handle;
  if (argument(env, info, &handle) != napi_ok) REFUSE(env, "a handle is wanted");
  pthread_mutex_lock(&changing);
  const Object *object = *find(env, handle);
  bool found = object != NULL;
  double number = found ? object->number : 0;
  pthread_mutex_unlock(&changing);
  if (!found) REFUSE(env, "this is no handle");
  TRY(napi_create_double(env, number, &result));
  return result;
}

static napi_value release(napi_env env, napi_callback_info info) {
  double handle;
  if (argument(env, info, &handle) != napi_ok) REFUSE(env, "a handle is wanted");
  pthread_mutex_lock(&changing);
  Object **place = find(env, handle);
  Object *object = *place;
  if (object != NULL) *place = object->next;
  pthread_mutex_unlock(&changing);
  if (object == NULL) REFUSE(env, "this is no handle");
  free(object);
  return NULL;
}

/* What an env has not released ends with it. */
static void release_all(void *env) {
  pthread_mutex_lock(&changing);
  for (Object **place = &objects; *place != NULL;) {
    Object *object = *place;
    if (object->owner == env) {
      *place = object->next;
      free(object);
    } else {
      place = &object->next;
    }
  }
  pthread_mutex_unlock(&changing);
}

NAPI_MODULE_INIT() {
  TRY(napi_add_env_cleanup_hook(env, release_all, env));
  TRY(export_function(env, exports, "acquire", acquire, NULL));
  TRY(export_function(env, exports, "read", read_number, NULL));
  TRY(export_function(env, exports, "release", release, NULL));
  return exports;
}
