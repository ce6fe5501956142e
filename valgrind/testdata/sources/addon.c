/* A small addon that loses a block per call and one reference at load; built for a recorded sample. */
#include <node_api.h>
#include <stdlib.h>

static napi_value lose(napi_env env, napi_callback_info info) {
  char *p = malloc(48);
  p[0] = 1;
  napi_value out;
  napi_create_uint32(env, (unsigned char)p[0], &out);
  return out;
}

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_ref ref;
  napi_create_function(env, "lose", NAPI_AUTO_LENGTH, lose, NULL, &fn);
  napi_create_reference(env, fn, 1, &ref);
  napi_set_named_property(env, exports, "lose", fn);
  return exports;
}
