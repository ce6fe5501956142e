/* A list of functions of this env, which are called one after the other. */
#include "quarantine.h"
#include "specimen.h"

typedef struct Entry {
  napi_ref function;
  struct Entry *next;
  bool removed;
} Entry;

typedef struct {
  Entry *first;
  int walks; /* how many calls of each() are going on, one inside of the other */
} List;

static void entry_free(napi_env env, Entry *entry) {
  if (entry->function != NULL) napi_delete_reference(env, entry->function);
  give_back(entry, sizeof *entry);
}

/* Frees the entries that were removed, or all. */
static void sweep(napi_env env, List *list, bool all) {
  Entry **link = &list->first;
  while (*link != NULL) {
    Entry *entry = *link;
    if (all || entry->removed) {
      *link = entry->next;
      entry_free(env, entry);
    } else {
      link = &entry->next;
    }
  }
}

static void list_free(napi_env env, void *data, void *hint) {
  (void)hint;
  sweep(env, data, true);
  free(data);
}

static napi_value push(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_valuetype type;
  List *list;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&list));
  TRY(napi_typeof(env, argv[0], &type));
  if (type != napi_function) REFUSE(env, "this is no function");
  Entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) REFUSE(env, "no memory");
  if (napi_create_reference(env, argv[0], 1, &entry->function) != napi_ok) {
    free(entry);
    return NULL;
  }
  Entry **last = &list->first;
  while (*last != NULL) last = &(*last)->next;
  *last = entry;
  return NULL;
}

static napi_value remove_(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1], function;
  List *list;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_instance_data(env, (void **)&list));
  for (Entry *entry = list->first; entry != NULL; entry = entry->next) {
    bool same;
    TRY(napi_get_reference_value(env, entry->function, &function));
    TRY(napi_strict_equals(env, function, argv[0], &same));
    if (same) entry->removed = true;
  }
#if PLANTED
  /* The fault: each() may stand on the very entry that is freed here. */
  sweep(env, list, false);
#else
  if (list->walks == 0) sweep(env, list, false);
#endif
  return NULL;
}

static napi_value each(napi_env env, napi_callback_info info) {
  (void)info;
  List *list;
  napi_value receiver, function, number;
  uint32_t calls = 0;
  napi_status status = napi_ok;
  TRY(napi_get_instance_data(env, (void **)&list));
  TRY(napi_get_undefined(env, &receiver));
  list->walks++;
  for (Entry *entry = list->first; entry != NULL && status == napi_ok; entry = entry->next) {
    if (entry->removed) continue;
    status = napi_get_reference_value(env, entry->function, &function);
    if (status == napi_ok) status = napi_call_function(env, receiver, function, 0, NULL, NULL);
    calls++;
  }
  if (--list->walks == 0) sweep(env, list, false);
  if (status != napi_ok) return NULL;
  TRY(napi_create_uint32(env, calls, &number));
  return number;
}

NAPI_MODULE_INIT() {
  List *list = calloc(1, sizeof *list);
  if (list == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, list, list_free, NULL) != napi_ok) {
    free(list);
    return NULL;
  }
  TRY(export_function(env, exports, "push", push, NULL));
  TRY(export_function(env, exports, "remove", remove_, NULL));
  TRY(export_function(env, exports, "each", each, NULL));
  return exports;
}
