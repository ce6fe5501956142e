/* One thread of the process ticks for all envs: it calls their functions about once in a millisecond. */
#include <pthread.h>
#include <time.h>

#include "specimen.h"

typedef struct Entry {
  napi_threadsafe_function function;
  struct Entry *next;
} Entry;

/* Held while the thread is started and ended; `lock` is for the list. */
static pthread_mutex_t lifetime = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static Entry *entries;

static void *tick(void *unused) {
  const struct timespec interval = {0, 1000 * 1000};
  for (;;) {
    pthread_mutex_lock(&lock);
    for (Entry *entry = entries; entry != NULL; entry = entry->next) {
      napi_call_threadsafe_function(entry->function, NULL, napi_tsfn_nonblocking);
    }
    bool done = entries == NULL;
    pthread_mutex_unlock(&lock);
    if (done) return unused;
    nanosleep(&interval, NULL);
  }
}

/* Adds an entry, and starts the thread with the first one. */
static int add(Entry *entry) {
  pthread_mutex_lock(&lifetime);
  pthread_mutex_lock(&lock);
  bool first = entries == NULL;
  entry->next = entries;
  entries = entry;
  pthread_mutex_unlock(&lock);
  int failed = first ? pthread_create(&thread, NULL, tick, NULL) : 0;
  if (failed) entries = entry->next;
  pthread_mutex_unlock(&lifetime);
  return failed;
}

/* Takes an entry out, and waits for the end of the thread with the last one. */
static void take_out(Entry *entry) {
  pthread_mutex_lock(&lifetime);
  pthread_mutex_lock(&lock);
  Entry **at = &entries;
  while (*at != entry) at = &(*at)->next;
  *at = entry->next;
  bool last = entries == NULL;
  pthread_mutex_unlock(&lock);
  if (last) pthread_join(thread, NULL);
  pthread_mutex_unlock(&lifetime);
}

#if !PLANTED
/* Without this, the fault: only stop() takes the function out, and the thread calls it after its finalizer. Added after
 * the threadsafe function was made, the hook runs before that is closed. */
static void env_ends(void *data) {
  Entry *entry = data;
  take_out(entry);
  napi_release_threadsafe_function(entry->function, napi_tsfn_abort);
  free(entry);
}
#endif

static napi_value start(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], name;
  Entry **own;
  TRY(napi_get_instance_data(env, (void **)&own));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (*own != NULL) REFUSE(env, "it ticks already");
  Entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) REFUSE(env, "no memory");
  if (napi_create_string_utf8(env, "ticker", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, argv[0], NULL, name, 1, 1, NULL, NULL, NULL, NULL,
                                      &entry->function) != napi_ok) {
    free(entry);
    REFUSE(env, "no function");
  }
  if (add(entry) != 0) {
    napi_release_threadsafe_function(entry->function, napi_tsfn_release);
    free(entry);
    REFUSE(env, "no thread");
  }
  *own = entry;
#if !PLANTED
  TRY(napi_add_env_cleanup_hook(env, env_ends, entry));
#endif
  return NULL;
}

static napi_value stop(napi_env env, napi_callback_info info) {
  (void)info;
  Entry **own;
  TRY(napi_get_instance_data(env, (void **)&own));
  Entry *entry = *own;
  if (entry == NULL) return NULL;
  *own = NULL;
#if !PLANTED
  napi_remove_env_cleanup_hook(env, env_ends, entry);
#endif
  take_out(entry);
  napi_release_threadsafe_function(entry->function, napi_tsfn_release);
  free(entry);
  return NULL;
}

static void free_own(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

NAPI_MODULE_INIT() {
  Entry **own = calloc(1, sizeof *own);
  if (own == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, own, free_own, NULL) != napi_ok) {
    free(own);
    return NULL;
  }
  TRY(export_function(env, exports, "start", start, NULL));
  TRY(export_function(env, exports, "stop", stop, NULL));
  return exports;
}
