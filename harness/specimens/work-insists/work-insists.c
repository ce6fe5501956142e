/* Adds up numbers on the thread pool and settles a promise with the sum. */
#include "specimen.h"

typedef struct {
  napi_async_work work;
  napi_deferred deferred;
  int64_t sum;
} Job;

#if PLANTED
/* The fault: work also completes while its env is being torn down. No promise can be settled then. */
#define SETTLE(call)                                                                       \
  do {                                                                                     \
    if ((call) != napi_ok) {                                                               \
      napi_fatal_error(#call, NAPI_AUTO_LENGTH, "must not fail", NAPI_AUTO_LENGTH);        \
    }                                                                                      \
  } while (0)
#else
#define SETTLE(call)               \
  do {                             \
    if ((call) != napi_ok) return; \
  } while (0)
#endif

static void execute(napi_env env, void *data) {
  (void)env;
  Job *job = data;
  for (int64_t i = 1; i <= 1000; i++) job->sum += i;
}

static void complete(napi_env env, napi_status status, void *data) {
  Job job = *(Job *)data;
  free(data);
  napi_delete_async_work(env, job.work);
  /* Cancelled: nobody waits for it any more. */
  if (status != napi_ok) return;
  napi_value sum;
  SETTLE(napi_create_int64(env, job.sum, &sum));
  SETTLE(napi_resolve_deferred(env, job.deferred, sum));
}

static napi_value later(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value name, promise;
  TRY(napi_create_string_utf8(env, "later", NAPI_AUTO_LENGTH, &name));
  Job *job = calloc(1, sizeof *job);
  if (job == NULL) REFUSE(env, "no memory");
  if (napi_create_async_work(env, NULL, name, execute, complete, job, &job->work) != napi_ok) {
    free(job);
    return NULL;
  }
  if (napi_create_promise(env, &job->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, job->work) != napi_ok) {
    napi_delete_async_work(env, job->work);
    free(job);
    return NULL;
  }
  return promise;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "later", later, NULL));
  return exports;
}
