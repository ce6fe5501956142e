/* Each function breaks one rule of Node-API, and `clean` none. The declarations come from node-api-headers. */
#define NAPI_VERSION 8
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION(name) static napi_value name(napi_env env, napi_callback_info info)

static napi_value argument(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value value = NULL;
  napi_get_cb_info(env, info, &argc, &value, NULL, NULL);
  return value;
}

static napi_value number(napi_env env, int value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

static napi_ref kept;
static napi_env kept_env;
static napi_deferred deferred;

FUNCTION(keep) {
  napi_create_reference(env, argument(env, info), 1, &kept);
  kept_env = env;
  return NULL;
}

FUNCTION(readKept) {
  napi_value value = NULL;
  napi_get_reference_value(env, kept, &value);
  /* Not returned: a value of another env ends the process. */
  return number(env, value != NULL);
}

FUNCTION(deleteTwice) {
  napi_ref reference;
  napi_create_reference(env, argument(env, info), 1, &reference);
  napi_delete_reference(env, reference);
  uint32_t count;
  napi_reference_ref(env, reference, &count);
  return NULL;
}

FUNCTION(versionOfKept) {
  uint32_t version = 0;
  napi_get_version(kept_env, &version);
  return number(env, (int)version);
}

FUNCTION(leakReference) {
  napi_ref reference;
  napi_create_reference(env, argument(env, info), 1, &reference);
  return NULL;
}

FUNCTION(leakData) {
  (void)info;
  napi_set_instance_data(env, malloc(100), NULL, NULL);
  return NULL;
}

FUNCTION(leakDescriptor) {
  (void)info;
  return number(env, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

FUNCTION(leaveScopeOpen) {
  (void)info;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  return NULL;
}

FUNCTION(ignoreException) {
  napi_value undefined, result, object;
  napi_value function = argument(env, info);
  napi_get_undefined(env, &undefined);
  napi_create_object(env, &object);
  napi_call_function(env, undefined, function, 0, NULL, &result);
  napi_set_named_property(env, object, "after", undefined);
  return NULL;
}

static void *make_promise_of_owner(void *env) {
  uint32_t version;
  napi_get_version(env, &version);
  return NULL;
}

FUNCTION(callFromThread) {
  (void)info;
  pthread_t thread;
  pthread_create(&thread, NULL, make_promise_of_owner, env);
  pthread_join(thread, NULL);
  return NULL;
}

FUNCTION(promise) {
  (void)info;
  napi_value result = NULL;
  napi_create_promise(env, &deferred, &result);
  return result;
}

static void run_on_argument(void *argument) { (void)argument; }

FUNCTION(freeBeforeHook) {
  (void)info;
  void *block = malloc(64);
  napi_add_env_cleanup_hook(env, run_on_argument, block);
  free(block);
  return NULL;
}

/* All in order: a class instance, references, scopes, an exception that is taken, hooks, a block, a descriptor. */
static void free_block(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

FUNCTION(clean) {
  napi_value function = argument(env, info), object, undefined, result, error;
  napi_handle_scope scope;
  napi_ref reference;
  napi_open_handle_scope(env, &scope);
  napi_create_object(env, &object);
  napi_wrap(env, object, malloc(32), free_block, NULL, NULL);
  napi_create_reference(env, object, 1, &reference);
  napi_get_undefined(env, &undefined);
  if (napi_call_function(env, undefined, function, 0, NULL, &result) == napi_pending_exception) {
    napi_get_and_clear_last_exception(env, &error);
    napi_set_named_property(env, object, "error", error);
  }
  napi_delete_reference(env, reference);
  napi_close_handle_scope(env, scope);
  void *block = malloc(64);
  napi_add_env_cleanup_hook(env, run_on_argument, block);
  napi_remove_env_cleanup_hook(env, run_on_argument, block);
  free(block);
  /* The same hook must not be added twice. */
  static char arguments[1000];
  static int next;
  int mine = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % 1000;
  napi_add_env_cleanup_hook(env, run_on_argument, &arguments[mine]);
  fclose(fopen("/dev/null", "r"));
  return number(env, 1);
}

/* The data of a callback must come out as they were put in. */
static int datum = 42;
FUNCTION(data) {
  void *given = NULL;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &given);
  return number(env, given == &datum);
}

FUNCTION(byName) {
  (void)info;
  napi_status (*get)(napi_env, uint32_t *) =
      (napi_status(*)(napi_env, uint32_t *))dlsym(RTLD_DEFAULT, "napi_get_version");
  uint32_t version = 0;
  get(kept_env, &version);
  return number(env, (int)version);
}

FUNCTION(segfault) {
  (void)env;
  (void)info;
  *(volatile int *)8 = 1;
  return NULL;
}

FUNCTION(aborts) {
  bool yes;
  napi_get_value_bool(env, argument(env, info), &yes);
  abort();
}

FUNCTION(traps) {
  (void)env;
  (void)info;
  __builtin_trap();
}

FUNCTION(overflow) {
  volatile char block[4096];
  block[0] = 1;
  napi_value result = overflow(env, info);
  return block[0] ? result : NULL;
}

#define EXPORT(name) {#name, NULL, name, NULL, NULL, NULL, napi_default, NULL}

static napi_value init(napi_env env, napi_value exports) {
  napi_property_descriptor functions[] = {
      EXPORT(keep), EXPORT(readKept), EXPORT(deleteTwice), EXPORT(versionOfKept),
      EXPORT(leakReference), EXPORT(leakData), EXPORT(leakDescriptor), EXPORT(leaveScopeOpen),
      EXPORT(ignoreException), EXPORT(callFromThread), EXPORT(promise), EXPORT(freeBeforeHook),
      EXPORT(clean), EXPORT(byName), EXPORT(segfault), EXPORT(aborts), EXPORT(traps), EXPORT(overflow),
      {"data", NULL, data, NULL, NULL, NULL, napi_default, &datum},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}

#ifdef BY_CONSTRUCTOR
static napi_module module = {1, 0, __FILE__, init, "probe", NULL, {NULL}};
__attribute__((constructor)) static void register_module(void) { napi_module_register(&module); }
#else
NAPI_MODULE_INIT() { return init(env, exports); }
#endif
