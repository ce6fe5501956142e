/* A setting of each env, which is read before anybody has set it. */
#include "specimen.h"

typedef struct {
  void *reserved[2];
  double level;
} State;

/* What an addon does besides: a block of the same size was in use, and malloc gives it out again as it was left. So what
 * is read does not depend on luck. */
static void use_memory(napi_env env) {
  volatile uintptr_t *words = malloc(sizeof(State));
  if (words == NULL) return;
  for (size_t i = 0; i < sizeof(State) / sizeof *words; i++) words[i] = (uintptr_t)env;
  free((void *)words);
}

static State *new_state(void) {
#if PLANTED
  /* The fault: nobody writes to it before it is read. */
  return malloc(sizeof(State));
#else
  return calloc(1, sizeof(State));
#endif
}

static void free_state(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static napi_value set(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  State *state;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&state));
  if (napi_get_value_double(env, argv[0], &state->level) != napi_ok) REFUSE(env, "no number");
  return NULL;
}

static napi_value get(napi_env env, napi_callback_info info) {
  (void)info;
  State *state;
  napi_value level;
  TRY(napi_get_instance_data(env, (void **)&state));
  TRY(napi_create_double(env, state->level, &level));
  return level;
}

NAPI_MODULE_INIT() {
  use_memory(env);
  State *state = new_state();
  if (state == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, state, free_state, NULL) != napi_ok) {
    free(state);
    return NULL;
  }
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
