/* Numbers the lines of a text on the thread pool, and settles a promise with how many letters that gave. */
#include "owner.h"

enum { LINES = 50, LONGEST = 32 };

typedef struct {
  napi_async_work work;
  napi_deferred deferred;
  pid_t owner;
  uint32_t letters;
} Job;

static void execute(napi_env env, void *data) {
  Job *job = data;
  for (int i = 0; i < LINES; i++) {
    char line[LONGEST];
    until_sleeps(job->owner);
    int length = snprintf(line, sizeof line, "%d of %d", i + 1, LINES);
#if PLANTED
    /* The fault: `env` is handed to this function, and yet it belongs to another thread. */
    napi_value text;
    if (napi_create_string_utf8(env, line, (size_t)length, &text) != napi_ok) continue;
#else
    (void)env;
#endif
    job->letters += (uint32_t)length;
  }
}

static void complete(napi_env env, napi_status status, void *data) {
  Job job = *(Job *)data;
  napi_value letters;
  free(data);
  napi_delete_async_work(env, job.work);
  /* Cancelled, or the env is ending: nobody waits for it any more. */
  if (status != napi_ok) return;
  if (napi_create_uint32(env, job.letters, &letters) != napi_ok) return;
  napi_resolve_deferred(env, job.deferred, letters);
}

static napi_value later(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value name, promise;
  TRY(napi_create_string_utf8(env, "later", NAPI_AUTO_LENGTH, &name));
  Job *job = calloc(1, sizeof *job);
  if (job == NULL) REFUSE(env, "no memory");
  job->owner = this_thread();
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
