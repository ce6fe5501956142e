/* Memory that is overwritten when it is given back, and handed to nobody else for a while: whoever uses it
 * afterwards finds wild pointers and absurd numbers each time, not only when the allocator was quick. */
#ifndef THREADPROOF_QUARANTINE_H
#define THREADPROOF_QUARANTINE_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

/* A sanitizer has a quarantine of its own, and knows who looks into it. */
static inline void give_back(void *block, size_t size) {
  (void)size;
  free(block);
}

#else

/* No address that a program may use begins with these bytes on the platforms that Node runs on. */
#define POISON 0xdb

enum { QUARANTINE_BLOCKS = 256 };

static void *quarantine_blocks[QUARANTINE_BLOCKS];
static size_t quarantine_next;
static pthread_mutex_t quarantine_lock = PTHREAD_MUTEX_INITIALIZER;

/* Gives back memory of malloc: it is freed when as many blocks have followed it as the quarantine holds. */
static inline void give_back(void *block, size_t size) {
  memset(block, POISON, size);
  pthread_mutex_lock(&quarantine_lock);
  free(quarantine_blocks[quarantine_next]);
  quarantine_blocks[quarantine_next] = block;
  quarantine_next = (quarantine_next + 1) % QUARANTINE_BLOCKS;
  pthread_mutex_unlock(&quarantine_lock);
}

/* The binary is unloaded, or the process ends. */
__attribute__((destructor)) static void quarantine_empty(void) {
  for (size_t i = 0; i < QUARANTINE_BLOCKS; i++) free(quarantine_blocks[i]);
}

#endif

#endif
