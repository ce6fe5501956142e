/* Calls JavaScript functions, and counts by its text what they throw. */
#include "specimen.h"

/* What was thrown last, for a message of this env. */
typedef struct {
  char last[200];
} Instance;

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/* Keeps the text of what was thrown and throws it again. */
static napi_value note_thrown(napi_env env, Instance *instance) {
  napi_value thrown, text;
  TRY(napi_get_and_clear_last_exception(env, &thrown));
  napi_status status = napi_coerce_to_string(env, thrown, &text);
  if (status == napi_ok) {
    status = napi_get_value_string_utf8(env, text, instance->last, sizeof instance->last, NULL);
  }
#if PLANTED
  /* The fault: process.exit() in a callback ends its thread, and then nothing was thrown that has a text. */
  if (status != napi_ok) abort();
#else
  /* What was thrown may have no text, or the thread ends: neither is a reason to keep what was thrown. */
  if (status != napi_ok) napi_get_and_clear_last_exception(env, &text);
#endif
  TRY(napi_throw(env, thrown));
  return NULL;
}

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 9;
  napi_value argv[9], undefined, result;
  napi_valuetype type;
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "the first argument must be a function");
  TRY(napi_get_undefined(env, &undefined));
  size_t given = argc < 9 ? argc - 1 : 8;
  napi_status status = napi_call_function(env, undefined, argv[0], given, argv + 1, &result);
  if (status == napi_pending_exception) return note_thrown(env, instance);
  TRY(status);
  return result;
}

NAPI_MODULE_INIT() {
  Instance *instance = calloc(1, sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  TRY(napi_set_instance_data(env, instance, free_instance, NULL));
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
