/* Joins what is asked for while it is being worked on: one piece of work settles all promises that wait for it. */
#include "specimen.h"

#include <pthread.h>

typedef struct Waiter {
  napi_deferred deferred;
  struct Waiter *next;
} Waiter;

typedef struct {
  napi_async_work work;
  Waiter *first;
} Batch;

static pthread_mutex_t joining = PTHREAD_MUTEX_INITIALIZER;
#if PLANTED
/* The fault: whoever asks joins the batch of the process, and it is settled in the env that began it. */
static Batch shared;
#endif

static Batch *batch_of(napi_env env) {
#if PLANTED
  (void)env;
  return &shared;
#else
  void *batch;
  TRY(napi_get_instance_data(env, &batch));
  return batch;
#endif
}

static void execute(napi_env env, void *data) {
  (void)env;
  (void)data;
}

static void complete(napi_env env, napi_status status, void *data) {
  Batch *batch = data;
  pthread_mutex_lock(&joining);
  Waiter *waiter = batch->first;
  napi_async_work work = batch->work;
  batch->first = NULL;
  batch->work = NULL;
  pthread_mutex_unlock(&joining);
  napi_delete_async_work(env, work);
  for (Waiter *next; waiter != NULL; waiter = next) {
    napi_value answer;
    next = waiter->next;
    /* When the env is ending nobody waits any more. */
    if (status == napi_ok && napi_create_uint32(env, 42, &answer) == napi_ok) {
      napi_resolve_deferred(env, waiter->deferred, answer);
    }
    free(waiter);
  }
}

/* Joins the batch that is being worked on, or begins one. */
static napi_status join(napi_env env, Batch *batch, Waiter *waiter) {
  if (batch->work == NULL) {
    napi_value name;
    napi_status status = napi_create_string_utf8(env, "later", NAPI_AUTO_LENGTH, &name);
    if (status != napi_ok) return status;
    status = napi_create_async_work(env, NULL, name, execute, complete, batch, &batch->work);
    if (status == napi_ok) status = napi_queue_async_work(env, batch->work);
    if (status != napi_ok) return status;
  }
  waiter->next = batch->first;
  batch->first = waiter;
  return napi_ok;
}

static napi_value later(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value promise;
  Batch *batch = batch_of(env);
  if (batch == NULL) return NULL;
  Waiter *waiter = calloc(1, sizeof *waiter);
  if (waiter == NULL) REFUSE(env, "no memory");
  napi_status status = napi_create_promise(env, &waiter->deferred, &promise);
  if (status == napi_ok) {
    pthread_mutex_lock(&joining);
    status = join(env, batch, waiter);
    pthread_mutex_unlock(&joining);
  }
  if (status != napi_ok) {
    free(waiter);
    return NULL;
  }
  return promise;
}

#if !PLANTED
static void free_batch(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}
#endif

NAPI_MODULE_INIT() {
#if !PLANTED
  Batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, batch, free_batch, NULL) != napi_ok) {
    free(batch);
    return NULL;
  }
#endif
  TRY(export_function(env, exports, "later", later, NULL));
  return exports;
}
