/* A number of each env. All of them are in one list, for whoever wants to look at the whole process. */
#include "specimen.h"

#include <pthread.h>

typedef struct Entry {
  int64_t number;
  struct Entry *next;
} Entry;

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
static Entry *entries;

#if PLANTED
/* The fault: an entry stays when its env ends, so the list grows with each worker thread. It is not lost, as the list
 * points to it: who looks for lost memory does not see it. */
#define leave NULL
#else
static void leave(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  pthread_mutex_lock(&changing);
  Entry **at = &entries;
  while (*at != data) at = &(*at)->next;
  *at = (*at)->next;
  pthread_mutex_unlock(&changing);
  free(data);
}
#endif

static napi_value set(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  Entry *entry;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&entry));
  if (napi_get_value_int64(env, argv[0], &entry->number) != napi_ok) REFUSE(env, "no number");
  return NULL;
}

static napi_value get(napi_env env, napi_callback_info info) {
  (void)info;
  Entry *entry;
  napi_value number;
  TRY(napi_get_instance_data(env, (void **)&entry));
  TRY(napi_create_int64(env, entry->number, &number));
  return number;
}

NAPI_MODULE_INIT() {
  Entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, entry, leave, NULL) != napi_ok) {
    free(entry);
    return NULL;
  }
  pthread_mutex_lock(&changing);
  entry->next = entries;
  entries = entry;
  pthread_mutex_unlock(&changing);
  TRY(export_function(env, exports, "set", set, NULL));
  TRY(export_function(env, exports, "get", get, NULL));
  return exports;
}
