/* Waits for an answer that takes long: native code that runs for half a minute. It stores 1 into the cell that it is
   given once it is inside. */
#include <poll.h>

#include "specimen.h"

enum { WHOLE_MS = 30 * 1000, PIECE_MS = 10 };

/* Nobody writes: in this specimen the answer never comes. */
static void wait_for_answer(int ms) {
  poll(NULL, 0, ms);
}

#if !PLANTED
/* A call of an empty function is where V8 notices that it was asked to end this thread. */
static napi_status may_go_on(napi_env env, napi_value nothing, napi_value undefined) {
  napi_handle_scope scope;
  napi_status status = napi_open_handle_scope(env, &scope);
  if (status != napi_ok) return status;
  status = napi_call_function(env, undefined, nothing, 0, NULL, NULL);
  napi_close_handle_scope(env, scope);
  return status;
}
#endif

static napi_value busy(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value argv[1], undefined;
  napi_typedarray_type type;
  void *data;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  napi_status status =
      napi_get_typedarray_info(env, argv[0], &type, &length, &data, NULL, NULL);
  if (status != napi_ok || type != napi_int32_array || length < 1) {
    REFUSE(env, "the first argument must be an Int32Array");
  }
  TRY(napi_get_undefined(env, &undefined));
  __atomic_store_n((int32_t *)data, 1, __ATOMIC_SEQ_CST);
#if PLANTED
  /* The fault: nothing ends it before its time. */
  wait_for_answer(WHOLE_MS);
#else
  napi_value source, nothing;
  TRY(napi_create_string_utf8(env, "() => {}", NAPI_AUTO_LENGTH, &source));
  TRY(napi_run_script(env, source, &nothing));
  for (int waited = 0; waited < WHOLE_MS; waited += PIECE_MS) {
    wait_for_answer(PIECE_MS);
    TRY(may_go_on(env, nothing, undefined));
  }
#endif
  return undefined;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "busy", busy, NULL));
  return exports;
}
