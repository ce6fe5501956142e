/* A window for a race, held open until a second thread is in it, so that what threads do to each other does not
 * depend on luck. It delays and orders nothing else: the corrected twins meet as well. */
#ifndef THREADPROOF_MEETING_H
#define THREADPROOF_MEETING_H

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "specimen.h"

enum { MEETING_LIMIT_SECONDS = 2 };

static pthread_mutex_t meeting_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t meeting_changed = PTHREAD_COND_INITIALIZER;
static int meeting_envs;
static int meeting_present;
static bool meeting_over;

static inline void meeting_env_ends(void *env) {
  (void)env;
  pthread_mutex_lock(&meeting_lock);
  meeting_envs--;
  pthread_mutex_unlock(&meeting_lock);
}

/* Counts an env: a thread that is alone in the process waits for nobody. */
static inline napi_status meeting_env_begins(napi_env env) {
  napi_status status = napi_add_env_cleanup_hook(env, meeting_env_ends, env);
  if (status != napi_ok) return status;
  pthread_mutex_lock(&meeting_lock);
  meeting_envs++;
  pthread_mutex_unlock(&meeting_lock);
  return napi_ok;
}

/* Returns when a second thread is here as well, or when it did not come in time: once in a process, then never
 * again. */
static inline void meet(void) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += MEETING_LIMIT_SECONDS;
  pthread_mutex_lock(&meeting_lock);
  if (!meeting_over && meeting_envs > 1) {
    if (++meeting_present == 2) {
      meeting_over = true;
      pthread_cond_broadcast(&meeting_changed);
    }
    while (!meeting_over) {
      if (pthread_cond_timedwait(&meeting_changed, &meeting_lock, &end) == ETIMEDOUT) {
        meeting_over = true;
      }
    }
  }
  pthread_mutex_unlock(&meeting_lock);
}

#endif
