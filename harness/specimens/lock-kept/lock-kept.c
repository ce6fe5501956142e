/* Calls functions and counts the calls that returned, for the whole process. */
#include <pthread.h>

#include "specimen.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t returned;

static napi_value call(napi_env env, napi_callback_info info) {
  size_t argc = 9;
  napi_value argv[9], undefined, result;
  napi_valuetype type;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "the first argument must be a function");
  TRY(napi_get_undefined(env, &undefined));
  size_t given = argc < 9 ? argc - 1 : 8;
#if PLANTED
  /* The fault: JavaScript runs under the lock, and when it fails the lock is kept for ever. */
  pthread_mutex_lock(&lock);
  TRY(napi_call_function(env, undefined, argv[0], given, argv + 1, &result));
#else
  TRY(napi_call_function(env, undefined, argv[0], given, argv + 1, &result));
  pthread_mutex_lock(&lock);
#endif
  returned++;
  pthread_mutex_unlock(&lock);
  return result;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "call", call, NULL));
  return exports;
}
