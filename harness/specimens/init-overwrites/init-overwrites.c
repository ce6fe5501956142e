/* A class whose constructor is kept for a factory function: for each initialisation, of which a thread may have
 * several. */
#include "counter.h"

#if PLANTED
/* The fault: a thread has one isolate, but a napi_env for each initialisation. The last one wins. */
static _Thread_local napi_ref latest;

static void forget(napi_env env, void *kept, void *hint) {
  (void)hint;
  if (latest == kept) latest = NULL;
  napi_delete_reference(env, kept);
}
#endif

static napi_value make(napi_env env, napi_callback_info info) {
#if PLANTED
  (void)info;
  napi_value class, made;
  if (latest == NULL) REFUSE(env, "the class is gone");
  TRY(napi_get_reference_value(env, latest, &class));
  TRY(napi_new_instance(env, class, 0, NULL, &made));
  return made;
#else
  return counter_make(env, info);
#endif
}

NAPI_MODULE_INIT() {
  napi_value class;
  napi_ref kept;
  TRY(counter_define(env, counter_construct, counter_value, &class));
  TRY(napi_create_reference(env, class, 1, &kept));
#if PLANTED
  latest = kept;
  TRY(napi_set_instance_data(env, kept, forget, NULL));
#else
  TRY(napi_set_instance_data(env, kept, counter_forget, NULL));
#endif
  TRY(napi_set_named_property(env, exports, "Counter", class));
  TRY(export_function(env, exports, "make", make, NULL));
  return exports;
}
