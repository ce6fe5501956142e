/* The least that an addon can be. It has no fault: nothing may fire on it. */
#include "specimen.h"

static napi_value nothing(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "nothing", nothing, NULL));
  return exports;
}
