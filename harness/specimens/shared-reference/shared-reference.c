/* A frozen object of constants, made when it is first asked for and given out from then on. */
#include "specimen.h"

#include <pthread.h>

typedef struct {
  napi_ref constants;
} Kept;

#if PLANTED
/* The fault: the object belongs to the env that asked first, and is given to all others, too. */
static Kept shared;
#endif
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static Kept *kept_of(napi_env env) {
#if PLANTED
  (void)env;
  return &shared;
#else
  void *kept;
  TRY(napi_get_instance_data(env, &kept));
  return kept;
#endif
}

static napi_value make_constants(napi_env env) {
  napi_value constants, limit;
  TRY(napi_create_object(env, &constants));
  TRY(napi_create_uint32(env, 4096, &limit));
  TRY(napi_set_named_property(env, constants, "LIMIT", limit));
  TRY(napi_object_freeze(env, constants));
  return constants;
}

/* The object of the env, or NULL when it cannot be made. */
static napi_value constants_of(napi_env env, Kept *kept) {
  napi_value constants;
  if (kept->constants == NULL) {
    constants = make_constants(env);
    if (constants == NULL) return NULL;
    TRY(napi_create_reference(env, constants, 1, &kept->constants));
    return constants;
  }
  TRY(napi_get_reference_value(env, kept->constants, &constants));
  return constants;
}

static napi_value singleton(napi_env env, napi_callback_info info) {
  (void)info;
  Kept *kept = kept_of(env);
  if (kept == NULL) return NULL;
  pthread_mutex_lock(&making);
  napi_value constants = constants_of(env, kept);
  pthread_mutex_unlock(&making);
  return constants;
}

#if !PLANTED
static void free_kept(napi_env env, void *data, void *hint) {
  (void)hint;
  Kept *kept = data;
  if (kept->constants != NULL) napi_delete_reference(env, kept->constants);
  free(kept);
}
#endif

NAPI_MODULE_INIT() {
#if !PLANTED
  Kept *kept = calloc(1, sizeof *kept);
  if (kept == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, kept, free_kept, NULL) != napi_ok) {
    free(kept);
    return NULL;
  }
#endif
  TRY(export_function(env, exports, "singleton", singleton, NULL));
  return exports;
}
