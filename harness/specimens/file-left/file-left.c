/* Each env writes into a temporary file of its own, which nobody needs afterwards. */
#include <errno.h>
#include <unistd.h>

#include "specimen.h"

typedef struct {
  FILE *file;
  char name[4200];
} Instance;

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Instance *instance = data;
  if (instance->file != NULL) {
    fclose(instance->file);
#if !PLANTED
    /* Without this, the fault: only a call that nobody has to make removes the file. */
    unlink(instance->name);
#endif
  }
  free(instance);
}

static napi_value open_file(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  char dir[4096];
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_string_utf8(env, argv[0], dir, sizeof dir, NULL) != napi_ok) {
    REFUSE(env, "the first argument must be the name of a folder");
  }
  if (instance->file != NULL) return NULL;
  snprintf(instance->name, sizeof instance->name, "%s/scratch-XXXXXX", dir);
  int descriptor = mkstemp(instance->name);
  if (descriptor < 0) REFUSE(env, strerror(errno));
  instance->file = fdopen(descriptor, "w");
  if (instance->file == NULL) {
    close(descriptor);
    unlink(instance->name);
    REFUSE(env, strerror(errno));
  }
  fputs("opened\n", instance->file);
  return NULL;
}

/* For those who do not want to wait for the end of the env. */
static napi_value close_file(napi_env env, napi_callback_info info) {
  (void)info;
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  if (instance->file != NULL) {
    fclose(instance->file);
    unlink(instance->name);
    instance->file = NULL;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  Instance *instance = calloc(1, sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
    free(instance);
    return NULL;
  }
  TRY(export_function(env, exports, "open", open_file, NULL));
  TRY(export_function(env, exports, "close", close_file, NULL));
  return exports;
}
