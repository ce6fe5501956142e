/* Objects whose numbers one native thread of the process writes down. The thread starts with the first env and is
 * asked to stop by the last one that ends. */
#include <pthread.h>

#include "wrapped.h"

static const napi_type_tag tag = {0x2f5d7b1a90c34e66, 0x8d1e4a7703f2b95c};

/* Held while the thread is started and stopped; `lock` is for what it shares. */
static pthread_mutex_t lifetime = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t writer;
static int envs;
static int64_t written;
static bool work, stop;

static void *write_down(void *unused) {
  pthread_mutex_lock(&lock);
  while (!stop) {
    if (work) written++;
    work = false;
    pthread_cond_wait(&changed, &lock);
  }
  pthread_mutex_unlock(&lock);
  return unused;
}

static void tell(bool *what) {
  pthread_mutex_lock(&lock);
  *what = true;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&lock);
}

static void env_ends(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lifetime);
  if (--envs == 0) {
    tell(&stop);
    pthread_join(writer, NULL);
  }
  pthread_mutex_unlock(&lifetime);
}

/* The process exits, or the binary is unloaded. */
__attribute__((destructor)) static void finish(void) {
  if (envs == 0) return;
#if !PLANTED
  tell(&stop);
#endif
  /* The fault, where nobody tells: process.exit() and uncaught errors of the main thread run no cleanup hooks, so
   * the thread was never asked to stop. */
  pthread_join(writer, NULL);
}

static void free_number(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  int64_t *number = malloc(sizeof *number);
  if (number == NULL) REFUSE(env, "no memory");
  *number = 3;
  if (wrap_tagged(env, object, &tag, number, free_number) != napi_ok) {
    free(number);
    return NULL;
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value result;
  int64_t *number = unwrap_tagged(env, first_argument(env, info), &tag);
  if (number == NULL) REFUSE(env, "no object of this module");
  tell(&work);
  TRY(napi_create_int64(env, *number, &result));
  return result;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  napi_value object = first_argument(env, info);
  void *number;
  if (!has_tag(env, object, &tag)) REFUSE(env, "no object of this module");
  if (napi_remove_wrap(env, object, &number) == napi_ok) free(number);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  int failed = 0;
  pthread_mutex_lock(&lifetime);
  if (envs == 0) {
    stop = false;
    failed = pthread_create(&writer, NULL, write_down, NULL);
  }
  if (!failed) envs++;
  pthread_mutex_unlock(&lifetime);
  if (failed) REFUSE(env, "no thread");
  TRY(napi_add_env_cleanup_hook(env, env_ends, NULL));
  return exports;
}
