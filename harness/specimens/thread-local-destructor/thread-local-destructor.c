/* Gives values back. Texts go through a buffer of their thread, which is found by a thread-local key. */
#include <pthread.h>

#include "wrapped.h"

typedef struct {
  size_t capacity;
  char16_t units[];
} Buffer;

static pthread_key_t key;

/* A thread ends and has a buffer. This is code of this binary. */
static void free_buffer(void *buffer) {
  free(buffer);
}

/* The binary is loaded. */
__attribute__((constructor)) static void begin(void) {
  if (pthread_key_create(&key, free_buffer) != 0) abort();
}

#if !PLANTED
/* Without these two, the fault: what a thread still has is freed when it ends, which is later than its env, and later
 * than the moment when the last env unloads this binary. */
static void env_ends(void *unused) {
  (void)unused;
  free(pthread_getspecific(key));
  pthread_setspecific(key, NULL);
}

/* The binary is unloaded. */
__attribute__((destructor)) static void end(void) {
  pthread_key_delete(key);
}
#endif

static Buffer *buffer_for(size_t units) {
  Buffer *buffer = pthread_getspecific(key);
  if (buffer != NULL && buffer->capacity >= units) return buffer;
  Buffer *larger = realloc(buffer, sizeof *larger + units * sizeof larger->units[0]);
  if (larger == NULL) return NULL;
  larger->capacity = units;
  if (pthread_setspecific(key, larger) == 0) return larger;
  free(larger);
  return NULL;
}

static napi_value echo(napi_env env, napi_callback_info info) {
  napi_value given = first_argument(env, info), text;
  napi_valuetype type;
  size_t length;
  if (given == NULL) return NULL;
  TRY(napi_typeof(env, given, &type));
  if (type != napi_string) return given;
  TRY(napi_get_value_string_utf16(env, given, NULL, 0, &length));
  Buffer *buffer = buffer_for(length + 1);
  if (buffer == NULL) REFUSE(env, "no memory");
  TRY(napi_get_value_string_utf16(env, given, buffer->units, length + 1, &length));
  TRY(napi_create_string_utf16(env, buffer->units, length, &text));
  return text;
}

NAPI_MODULE_INIT() {
#if !PLANTED
  TRY(napi_add_env_cleanup_hook(env, env_ends, NULL));
#endif
  TRY(export_function(env, exports, "echo", echo, NULL));
  return exports;
}
