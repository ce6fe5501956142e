/* An emitter of events: functions are added to a list, and all of them are called. */
#include "specimen.h"

#include <pthread.h>

typedef struct Listener {
  napi_ref function;
  struct Listener *next;
} Listener;

typedef struct {
  Listener *first;
} Emitter;

#if PLANTED
/* The fault: functions of all envs are in one list, and whoever emits calls them all. */
static Emitter shared;
#endif
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

static Emitter *emitter_of(napi_env env) {
#if PLANTED
  (void)env;
  return &shared;
#else
  void *emitter;
  TRY(napi_get_instance_data(env, &emitter));
  return emitter;
#endif
}

static napi_value listen(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "a function is wanted");
  Emitter *emitter = emitter_of(env);
  if (emitter == NULL) return NULL;
  Listener *listener = calloc(1, sizeof *listener);
  if (listener == NULL) REFUSE(env, "no memory");
  if (napi_create_reference(env, argv[0], 1, &listener->function) != napi_ok) {
    free(listener);
    return NULL;
  }
  pthread_mutex_lock(&changing);
  listener->next = emitter->first;
  emitter->first = listener;
  pthread_mutex_unlock(&changing);
  return NULL;
}

static napi_value emit(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  uint32_t reached = 0;
  napi_value argv[1], undefined, function, result;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_undefined(env, &undefined));
  Emitter *emitter = emitter_of(env);
  if (emitter == NULL) return NULL;
  /* Listeners are added in front and never taken out, so that no call can break this walk. */
  pthread_mutex_lock(&changing);
  Listener *listener = emitter->first;
  pthread_mutex_unlock(&changing);
  for (; listener != NULL; listener = listener->next) {
    TRY(napi_get_reference_value(env, listener->function, &function));
    TRY(napi_call_function(env, undefined, function, 1, argv, NULL));
    reached++;
  }
  TRY(napi_create_uint32(env, reached, &result));
  return result;
}

#if !PLANTED
static void free_emitter(napi_env env, void *data, void *hint) {
  (void)hint;
  Emitter *emitter = data;
  for (Listener *next, *one = emitter->first; one != NULL; one = next) {
    next = one->next;
    napi_delete_reference(env, one->function);
    free(one);
  }
  free(emitter);
}
#endif

NAPI_MODULE_INIT() {
#if !PLANTED
  Emitter *emitter = calloc(1, sizeof *emitter);
  if (emitter == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, emitter, free_emitter, NULL) != napi_ok) {
    free(emitter);
    return NULL;
  }
#endif
  TRY(export_function(env, exports, "listen", listen, NULL));
  TRY(export_function(env, exports, "emit", emit, NULL));
  return exports;
}
