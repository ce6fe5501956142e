/* Each env may have a thread that ticks, with a large stack: it calls a function about once in a millisecond. */
#include <pthread.h>
#include <time.h>

#include "specimen.h"

enum { STACK = 64 * 1024 * 1024 };

typedef struct {
  napi_threadsafe_function function;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool running, stop;
} Ticker;

static void *tick(void *data) {
  Ticker *ticker = data;
  const struct timespec interval = {0, 1000 * 1000};
  pthread_mutex_lock(&ticker->lock);
  ticker->running = true;
  pthread_cond_signal(&ticker->changed);
  pthread_mutex_unlock(&ticker->lock);
  for (;;) {
    pthread_mutex_lock(&ticker->lock);
    bool stop = ticker->stop;
    if (!stop) {
      napi_call_threadsafe_function(ticker->function, NULL, napi_tsfn_nonblocking);
    }
    pthread_mutex_unlock(&ticker->lock);
    if (stop) return NULL;
    nanosleep(&interval, NULL);
  }
}

static int start_thread(Ticker *ticker) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return -1;
  pthread_attr_setstacksize(&attributes, STACK);
  int failed = pthread_create(&ticker->thread, &attributes, tick, ticker);
  pthread_attr_destroy(&attributes);
  return failed;
}

static void wait_until_it_runs(Ticker *ticker) {
  pthread_mutex_lock(&ticker->lock);
  while (!ticker->running) pthread_cond_wait(&ticker->changed, &ticker->lock);
  pthread_mutex_unlock(&ticker->lock);
}

static void free_ticker(Ticker *ticker) {
  pthread_cond_destroy(&ticker->changed);
  pthread_mutex_destroy(&ticker->lock);
  free(ticker);
}

static void end_thread(Ticker *ticker) {
  pthread_mutex_lock(&ticker->lock);
  ticker->stop = true;
  pthread_mutex_unlock(&ticker->lock);
  pthread_join(ticker->thread, NULL);
  free_ticker(ticker);
}

/* Registered after the threadsafe function was made, this runs before that is closed. */
static void env_ends(void *data) {
  Ticker *ticker = data;
  napi_threadsafe_function function = ticker->function;
  end_thread(ticker);
  napi_release_threadsafe_function(function, napi_tsfn_abort);
}

static napi_value start(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], name;
  Ticker **own;
  TRY(napi_get_instance_data(env, (void **)&own));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (*own != NULL) REFUSE(env, "it ticks already");
  Ticker *ticker = calloc(1, sizeof *ticker);
  if (ticker == NULL) REFUSE(env, "no memory");
  if (napi_create_string_utf8(env, "ticker", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, argv[0], NULL, name, 1, 1, NULL, NULL, NULL, NULL,
                                      &ticker->function) != napi_ok) {
    free(ticker);
    REFUSE(env, "no function");
  }
  pthread_mutex_init(&ticker->lock, NULL);
  pthread_cond_init(&ticker->changed, NULL);
  int failed = start_thread(ticker);
#if PLANTED
  /* The fault: the thread may not have been made. Then this waits for it for ever. */
  (void)failed;
#else
  if (failed) {
    napi_release_threadsafe_function(ticker->function, napi_tsfn_release);
    free_ticker(ticker);
    REFUSE(env, "no thread");
  }
#endif
  wait_until_it_runs(ticker);
  *own = ticker;
  TRY(napi_add_env_cleanup_hook(env, env_ends, ticker));
  return NULL;
}

static napi_value stop(napi_env env, napi_callback_info info) {
  (void)info;
  Ticker **own;
  TRY(napi_get_instance_data(env, (void **)&own));
  if (*own == NULL) return NULL;
  napi_remove_env_cleanup_hook(env, env_ends, *own);
  napi_threadsafe_function function = (*own)->function;
  end_thread(*own);
  *own = NULL;
  napi_release_threadsafe_function(function, napi_tsfn_release);
  return NULL;
}

static void free_own(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

NAPI_MODULE_INIT() {
  Ticker **own = calloc(1, sizeof *own);
  if (own == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, own, free_own, NULL) != napi_ok) {
    free(own);
    return NULL;
  }
  TRY(export_function(env, exports, "start", start, NULL));
  TRY(export_function(env, exports, "stop", stop, NULL));
  return exports;
}
