/* A number of each env, in memory that JavaScript sees as an ArrayBuffer. */
#include "specimen.h"

/* Holds the buffer, and with it the number, for as long as its env lives. */
typedef struct {
  napi_env env;
  napi_ref buffer;
} Hold;

#if PLANTED
/* The fault: Node is told of nobody who frees the memory behind the buffer, and nobody does. */
#define free_number NULL
#else
static void free_number(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}
#endif

static void let_go(void *data) {
  Hold *hold = data;
  napi_delete_reference(hold->env, hold->buffer);
  free(hold);
}

static napi_status hold_buffer(napi_env env, napi_value buffer) {
  Hold *hold = calloc(1, sizeof *hold);
  if (hold == NULL) return napi_generic_failure;
  hold->env = env;
  napi_status status = napi_create_reference(env, buffer, 1, &hold->buffer);
  if (status == napi_ok) return napi_add_env_cleanup_hook(env, let_go, hold);
  free(hold);
  return status;
}

static napi_value set(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  double *number;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&number));
  if (napi_get_value_double(env, argv[0], number) != napi_ok) REFUSE(env, "no number");
  return NULL;
}

static napi_value get(napi_env env, napi_callback_info info) {
  (void)info;
  double *number;
  napi_value result;
  TRY(napi_get_instance_data(env, (void **)&number));
  TRY(napi_create_double(env, *number, &result));
  return result;
}

NAPI_MODULE_INIT() {
  napi_value buffer;
  double *number = calloc(1, sizeof *number);
  if (number == NULL) REFUSE(env, "no memory");
  if (napi_create_external_arraybuffer(env, number, sizeof *number, free_number, NULL, &buffer) !=
      napi_ok) {
    free(number);
    return NULL;
  }
  /* The buffer owns it from here on. */
  TRY(hold_buffer(env, buffer));
  TRY(napi_set_instance_data(env, number, NULL, NULL));
  TRY(napi_set_named_property(env, exports, "memory", buffer));
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
