/* A class whose constructor is kept for a factory function, in an object that remembers the env of what it holds, as
 * `Napi::FunctionReference` does. */
#include "counter.h"

typedef struct {
  napi_env env;
  napi_ref function;
} FunctionReference;

/* Calls the function with `new`, in the env that it was kept in. */
static napi_value new_of(const FunctionReference *kept) {
  napi_escapable_handle_scope scope;
  napi_value function, made, outer = NULL;
  TRY(napi_open_escapable_handle_scope(kept->env, &scope));
  if (napi_get_reference_value(kept->env, kept->function, &function) == napi_ok &&
      napi_new_instance(kept->env, function, 0, NULL, &made) == napi_ok) {
    napi_escape_handle(kept->env, scope, made, &outer);
  }
  napi_close_escapable_handle_scope(kept->env, scope);
  return outer;
}

#if PLANTED
/* The fault: one for the whole process, and so of the env that was initialised last. */
static FunctionReference constructor;
#else
static void forget(napi_env env, void *data, void *hint) {
  (void)hint;
  FunctionReference *kept = data;
  napi_delete_reference(env, kept->function);
  free(kept);
}
#endif

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
#if PLANTED
  (void)env;
  return new_of(&constructor);
#else
  void *kept;
  TRY(napi_get_instance_data(env, &kept));
  return new_of(kept);
#endif
}

NAPI_MODULE_INIT() {
  napi_value class;
  TRY(counter_define(env, counter_construct, counter_value, &class));
#if PLANTED
  FunctionReference *kept = &constructor;
#else
  FunctionReference *kept = calloc(1, sizeof *kept);
  if (kept == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, kept, forget, NULL) != napi_ok) {
    free(kept);
    return NULL;
  }
#endif
  kept->env = env;
  TRY(napi_create_reference(env, class, 1, &kept->function));
  TRY(napi_set_named_property(env, exports, "Counter", class));
  TRY(export_function(env, exports, "make", make, NULL));
  return exports;
}
