/* Each env keeps the folder open in which it works. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "specimen.h"

typedef struct {
  int folder;
} Instance;

static void free_instance(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Instance *instance = data;
#if !PLANTED
  /* Without this, the fault: a descriptor belongs to the process, and stays until that ends. */
  if (instance->folder >= 0) close(instance->folder);
#endif
  free(instance);
}

static napi_value open_folder(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], undefined;
  char dir[4096];
  Instance *instance;
  TRY(napi_get_instance_data(env, (void **)&instance));
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_string_utf8(env, argv[0], dir, sizeof dir, NULL) != napi_ok) {
    REFUSE(env, "the first argument must be the name of a folder");
  }
  if (instance->folder < 0) instance->folder = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
  if (instance->folder < 0) REFUSE(env, strerror(errno));
  TRY(napi_get_undefined(env, &undefined));
  return undefined;
}

NAPI_MODULE_INIT() {
  Instance *instance = malloc(sizeof *instance);
  if (instance == NULL) REFUSE(env, "no memory");
  instance->folder = -1;
  if (napi_set_instance_data(env, instance, free_instance, NULL) != napi_ok) {
    free(instance);
    return NULL;
  }
  TRY(export_function(env, exports, "open", open_folder, NULL));
  return exports;
}
