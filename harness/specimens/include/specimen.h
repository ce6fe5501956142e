/* What all specimens have in common. The headers of Node-API come from the npm package node-api-headers. */
#ifndef THREADPROOF_SPECIMEN_H
#define THREADPROOF_SPECIMEN_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every specimen is compiled twice: with PLANTED as 1 it has its fault, with 0 it is the corrected twin. */
#ifndef PLANTED
#error "compile with -DPLANTED=1 or -DPLANTED=0"
#endif

/* Leaves the function with NULL when a call fails: an exception is pending then, or the env is ending. */
#define TRY(call)                      \
  do {                                 \
    if ((call) != napi_ok) return NULL; \
  } while (0)

/* Throws a TypeError unless one is pending, and leaves the function. */
#define REFUSE(env, message)                              \
  do {                                                    \
    bool pending_ = false;                                \
    napi_is_exception_pending((env), &pending_);          \
    if (!pending_) napi_throw_type_error((env), NULL, (message)); \
    return NULL;                                          \
  } while (0)

/* Names a function in the exports. */
static inline napi_status export_function(napi_env env, napi_value exports, const char *name,
                                          napi_callback function, void *data) {
  napi_value value;
  napi_status status = napi_create_function(env, name, NAPI_AUTO_LENGTH, function, data, &value);
  if (status != napi_ok) return status;
  return napi_set_named_property(env, exports, name, value);
}

#endif
