/* Each env may have a thread that ticks: it calls a function about once in a millisecond. */
#include <pthread.h>
#include <time.h>

#include "specimen.h"

typedef struct {
  napi_threadsafe_function function;
  pthread_t thread;
  pthread_mutex_t lock;
  bool paused, stop;
} Ticker;

static void *tick(void *data) {
  Ticker *ticker = data;
  const struct timespec interval = {0, 1000 * 1000};
  for (;;) {
    pthread_mutex_lock(&ticker->lock);
    bool stop = ticker->stop;
    if (!stop && !ticker->paused) {
      napi_call_threadsafe_function(ticker->function, NULL, napi_tsfn_nonblocking);
    }
    pthread_mutex_unlock(&ticker->lock);
    if (stop) return NULL;
    nanosleep(&interval, NULL);
  }
}

static void tell(Ticker *ticker, bool *what) {
  pthread_mutex_lock(&ticker->lock);
  *what = true;
  pthread_mutex_unlock(&ticker->lock);
}

static void end_thread(Ticker *ticker) {
  tell(ticker, &ticker->stop);
  pthread_join(ticker->thread, NULL);
  pthread_mutex_destroy(&ticker->lock);
  free(ticker);
}

/* Registered after the threadsafe function was made, this runs before that is closed. */
static void env_ends(void *data) {
  Ticker *ticker = data;
#if PLANTED
  /* The fault: the thread calls nothing any more, but goes on after its env, in code that may be unloaded. */
  tell(ticker, &ticker->paused);
#else
  napi_threadsafe_function function = ticker->function;
  end_thread(ticker);
  napi_release_threadsafe_function(function, napi_tsfn_abort);
#endif
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
  if (pthread_create(&ticker->thread, NULL, tick, ticker) != 0) {
    napi_release_threadsafe_function(ticker->function, napi_tsfn_release);
    pthread_mutex_destroy(&ticker->lock);
    free(ticker);
    REFUSE(env, "no thread");
  }
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
