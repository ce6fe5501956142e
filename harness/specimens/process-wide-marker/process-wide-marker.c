/* Listens on a local socket of a name that debuggers know, as long as the binary is in the process. */
#include "specimen.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static int listener = -1;

/* A name that the process can have once, in the abstract space: no file is left behind. */
static socklen_t name_socket(struct sockaddr_un *address) {
  address->sun_family = AF_UNIX;
  char *name = address->sun_path + 1;
  size_t room = sizeof address->sun_path - 1;
#if PLANTED
  /* The fault: a second copy of the binary has a `listener` of its own, but wants the same name. */
  int length = snprintf(name, room, "specimen-%d", (int)getpid());
#else
  int length = snprintf(name, room, "specimen-%d-%p", (int)getpid(), (void *)&listener);
#endif
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static bool open_listener(void) {
  if (listener >= 0) return true;
  struct sockaddr_un address = {0};
  socklen_t length = name_socket(&address);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 1) != 0) {
    close(fd);
    return false;
  }
  listener = fd;
  return true;
}

/* Of the binary, and not of an env: it runs when the binary is unloaded. */
__attribute__((destructor)) static void close_listener(void) {
  if (listener >= 0) close(listener);
}

NAPI_MODULE_INIT() {
  pthread_mutex_lock(&opening);
  bool open = open_listener();
  pthread_mutex_unlock(&opening);
  if (!open) REFUSE(env, "the socket is taken");
  return exports;
}
