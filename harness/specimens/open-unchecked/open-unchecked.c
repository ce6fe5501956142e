/* Each env writes a note into a file of its own, which is gone when the env is. */
#include <errno.h>

#include "specimen.h"

static void close_note(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  if (data != NULL) fclose(data);
}

static napi_value open_note(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  char dir[4096], name[4200];
  void *before;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_string_utf8(env, argv[0], dir, sizeof dir, NULL) != napi_ok) {
    REFUSE(env, "the first argument must be the name of a folder");
  }
  TRY(napi_get_instance_data(env, &before));
  if (before != NULL) return NULL;
  snprintf(name, sizeof name, "%s/note-%p", dir, (void *)env);
  FILE *note = fopen(name, "w");
#if !PLANTED
  /* Without this, the fault: a process may have no descriptor left. */
  if (note == NULL) REFUSE(env, strerror(errno));
#endif
  remove(name);
  fputs("opened\n", note);
  if (napi_set_instance_data(env, note, close_note, NULL) != napi_ok) {
    fclose(note);
    return NULL;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "open", open_note, NULL));
  return exports;
}
