/* Objects with a number, of which the process counts how many are open. */
#include <assert.h>

#include "wrapped.h"

static const napi_type_tag tag = {0x64b0c2d95e1f4a07, 0xa3f8716e2c9d0b54};
static int open_objects;

static void close_object(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
  __atomic_sub_fetch(&open_objects, 1, __ATOMIC_SEQ_CST);
}

/* The process exits, or the binary is unloaded. */
__attribute__((destructor)) static void check(void) {
  int left = __atomic_load_n(&open_objects, __ATOMIC_SEQ_CST);
#if PLANTED
  /* The fault: after process.exit() or an uncaught error of the main thread no finalizer has run. */
  assert(left == 0 && "all objects are closed before the process exits");
#else
  if (left != 0 && getenv("SPECIMEN_VERBOSE")) fprintf(stderr, "%d objects were open\n", left);
#endif
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  int64_t *number = malloc(sizeof *number);
  if (number == NULL) REFUSE(env, "no memory");
  *number = 3;
  __atomic_add_fetch(&open_objects, 1, __ATOMIC_SEQ_CST);
  if (wrap_tagged(env, object, &tag, number, close_object) != napi_ok) {
    close_object(env, number, NULL);
    return NULL;
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value result;
  int64_t *number = unwrap_tagged(env, first_argument(env, info), &tag);
  if (number == NULL) REFUSE(env, "no object of this module");
  TRY(napi_create_int64(env, *number, &result));
  return result;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  napi_value object = first_argument(env, info);
  void *number;
  if (!has_tag(env, object, &tag)) REFUSE(env, "no object of this module");
  if (napi_remove_wrap(env, object, &number) == napi_ok) close_object(env, number, NULL);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
