/* A setting, as an addon has for its level of logging: a number that is set and read. */
#include "specimen.h"

typedef struct {
  double level;
} State;

#if PLANTED
/* The fault: one for the whole process. Whoever sets it sets it for all threads. */
static State shared;
#else
static void free_state(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}
#endif

static State *state_of(napi_env env) {
#if PLANTED
  (void)env;
  return &shared;
#else
  void *state;
  TRY(napi_get_instance_data(env, &state));
  return state;
#endif
}

static napi_value set(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  double level;
  State *state = state_of(env);
  if (state == NULL) return NULL;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_double(env, argv[0], &level) != napi_ok) REFUSE(env, "a number is wanted");
  state->level = level;
  return NULL;
}

static napi_value get(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value level;
  State *state = state_of(env);
  if (state == NULL) return NULL;
  TRY(napi_create_double(env, state->level, &level));
  return level;
}

NAPI_MODULE_INIT() {
#if !PLANTED
  State *state = calloc(1, sizeof *state);
  if (state == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, state, free_state, NULL) != napi_ok) {
    free(state);
    return NULL;
  }
#endif
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
