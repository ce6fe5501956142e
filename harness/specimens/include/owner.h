/* What a native thread can see of the thread that owns an env. It serves windows alone: a fault that depends on what the
 * owner does is held back until the owner does it. The corrected twins wait as well. */
#ifndef THREADPROOF_OWNER_H
#define THREADPROOF_OWNER_H

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "specimen.h"

enum { OWNER_MOST_YIELDS = 2000 };

static inline pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

/* Whether the kernel lets the thread sleep: in its event loop, or blocked inside of JavaScript. */
static inline bool sleeps(pid_t thread) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;
  ssize_t length = read(fd, line, sizeof line - 1);
  close(fd);
  if (length <= 0) return true;
  line[length] = '\0';
  /* The state stands behind the name, which is in parentheses and may hold any letter. */
  const char *end = strrchr(line, ')');
  return end != NULL && end[1] == ' ' && end[2] == 'S';
}

/* Returns when the owner sleeps, or when that takes too long. */
static inline void until_sleeps(pid_t owner) {
  for (int i = 0; i < OWNER_MOST_YIELDS && !sleeps(owner); i++) sched_yield();
}

#endif
