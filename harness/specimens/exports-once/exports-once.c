/* Checksums of text: a table is made once for the process, and a function that reads it. */
#include "specimen.h"

#include <pthread.h>

static uint32_t table[256];
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
static bool made;

static void make_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320u ^ (rest >> 1) : rest >> 1;
    table[byte] = rest;
  }
}

/* Whether this call was the one that made it. */
static bool make_table_once(void) {
  pthread_mutex_lock(&making);
  bool first = !made;
  if (first) make_table();
  made = true;
  pthread_mutex_unlock(&making);
  return first;
}

static napi_value checksum(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value argv[1], result;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  if (napi_get_value_string_utf8(env, argv[0], NULL, 0, &length) != napi_ok) {
    REFUSE(env, "a text is wanted");
  }
  char *text = malloc(length + 1);
  if (text == NULL) REFUSE(env, "no memory");
  if (napi_get_value_string_utf8(env, argv[0], text, length + 1, &length) != napi_ok) {
    free(text);
    return NULL;
  }
  uint32_t sum = 0xffffffffu;
  for (size_t i = 0; i < length; i++) sum = table[(sum ^ (uint8_t)text[i]) & 0xff] ^ (sum >> 8);
  free(text);
  TRY(napi_create_uint32(env, ~sum, &result));
  return result;
}

NAPI_MODULE_INIT() {
#if PLANTED
  /* The fault: what must be done once for the process and what must be done for each env are one thing here. */
  if (!make_table_once()) return exports;
#else
  make_table_once();
#endif
  TRY(export_function(env, exports, "checksum", checksum, NULL));
  return exports;
}
