/* The class `Counter` of the generic surface, made as a class should be: it insists on `new`, its objects carry a
 * type tag, and method and accessor check what they are called on. */
#ifndef THREADPROOF_COUNTER_H
#define THREADPROOF_COUNTER_H

#include "wrapped.h"

typedef struct {
  int64_t count;
} Counter;

static const napi_type_tag counter_tag = {0x7c1f0a62d3b94e58, 0x9be1c6402f7d135a};

static inline void counter_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static inline napi_value counter_construct(napi_env env, napi_callback_info info) {
  napi_value self, target;
  TRY(napi_get_new_target(env, info, &target));
  if (target == NULL) REFUSE(env, "Counter is a class: it wants new");
  TRY(napi_get_cb_info(env, info, NULL, NULL, &self, NULL));
  Counter *counter = calloc(1, sizeof *counter);
  if (counter == NULL) REFUSE(env, "no memory");
  if (wrap_tagged(env, self, &counter_tag, counter, counter_free) != napi_ok) {
    free(counter);
    return NULL;
  }
  return self;
}

static inline napi_value counter_add(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], self, sum;
  int64_t more;
  TRY(napi_get_cb_info(env, info, &argc, argv, &self, NULL));
  Counter *counter = unwrap_tagged(env, self, &counter_tag);
  if (counter == NULL) REFUSE(env, "this is no Counter");
  if (napi_get_value_int64(env, argv[0], &more) != napi_ok) REFUSE(env, "n is no number");
  counter->count += more;
  TRY(napi_create_int64(env, counter->count, &sum));
  return sum;
}

static inline napi_value counter_value(napi_env env, napi_callback_info info) {
  napi_value self, value;
  TRY(napi_get_cb_info(env, info, NULL, NULL, &self, NULL));
  Counter *counter = unwrap_tagged(env, self, &counter_tag);
  if (counter == NULL) REFUSE(env, "this is no Counter");
  TRY(napi_create_int64(env, counter->count, &value));
  return value;
}

/* Defines the class in this env, with another constructor or getter of `value` where a specimen has its own. */
static inline napi_status counter_define(napi_env env, napi_callback construct, napi_callback value,
                                         napi_value *class) {
  napi_property_descriptor members[] = {
      {"add", NULL, counter_add, NULL, NULL, NULL, napi_default_method, NULL},
      {"value", NULL, NULL, value, NULL, NULL, napi_default, NULL},
  };
  return napi_define_class(env, "Counter", NAPI_AUTO_LENGTH, construct, NULL, 2, members, class);
}

/* The factory of the surface: its class is kept in the instance data. */
static inline napi_value counter_make(napi_env env, napi_callback_info info) {
  (void)info;
  void *kept;
  napi_value class, made;
  TRY(napi_get_instance_data(env, &kept));
  TRY(napi_get_reference_value(env, kept, &class));
  TRY(napi_new_instance(env, class, 0, NULL, &made));
  return made;
}

static inline void counter_forget(napi_env env, void *kept, void *hint) {
  (void)hint;
  napi_delete_reference(env, kept);
}

/* Exports `Counter` and `make` of this env, for specimens without instance data of their own. */
static inline napi_value counter_export(napi_env env, napi_value exports, napi_callback construct,
                                        napi_callback value) {
  napi_value class;
  napi_ref kept;
  TRY(counter_define(env, construct, value, &class));
  TRY(napi_create_reference(env, class, 1, &kept));
  TRY(napi_set_instance_data(env, kept, counter_forget, NULL));
  TRY(napi_set_named_property(env, exports, "Counter", class));
  TRY(export_function(env, exports, "make", counter_make, NULL));
  return exports;
}

#endif
