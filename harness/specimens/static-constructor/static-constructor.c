/* A class whose constructor is kept for a factory function. */
#include "counter.h"

#if PLANTED
/* The fault: one for the whole process, and so of the env that was initialised last. */
static napi_ref constructor;

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value class, made;
  TRY(napi_get_reference_value(env, constructor, &class));
  TRY(napi_new_instance(env, class, 0, NULL, &made));
  return made;
}
#endif

NAPI_MODULE_INIT() {
#if PLANTED
  napi_value class;
  TRY(counter_define(env, counter_construct, counter_value, &class));
  TRY(napi_create_reference(env, class, 1, &constructor));
  TRY(napi_set_named_property(env, exports, "Counter", class));
  TRY(export_function(env, exports, "make", make, NULL));
  return exports;
#else
  /* The reference is this env's instance data. */
  return counter_export(env, exports, counter_construct, counter_value);
#endif
}
