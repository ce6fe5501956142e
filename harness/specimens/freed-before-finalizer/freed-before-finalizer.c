/* Objects that are links of a list of their env: whoever ends takes itself out of it. */
#include "quarantine.h"
#include "wrapped.h"

static const napi_type_tag tag = {0x5a0e93f17bd24c68, 0xb4716d0fe28a935c};

typedef struct Link {
  struct List *list;
  struct Link *next;
  int64_t number;
} Link;

/* Counted: its env and each link hold it. */
typedef struct List {
  Link *first;
  size_t holders;
} List;

static void let_go(List *list) {
  if (--list->holders == 0) give_back(list, sizeof *list);
}

/* Cleanup hooks run before the finalizers of objects that are still there. */
static void env_ends(void *data) {
#if PLANTED
  /* The fault: the finalizers that follow use the list. */
  give_back(data, sizeof(List));
#else
  let_go(data);
#endif
}

static void free_link(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Link *link = data;
  Link **at = &link->list->first;
  while (*at != link) at = &(*at)->next;
  *at = link->next;
  let_go(link->list);
  free(link);
}

static napi_value make(napi_env env, napi_callback_info info) {
  napi_value object;
  List *list;
  TRY(napi_get_cb_info(env, info, NULL, NULL, NULL, (void **)&list));
  TRY(napi_create_object(env, &object));
  Link *link = calloc(1, sizeof *link);
  if (link == NULL) REFUSE(env, "no memory");
  *link = (Link){list, list->first, 3};
  if (wrap_tagged(env, object, &tag, link, free_link) != napi_ok) {
    free(link);
    return NULL;
  }
  list->first = link;
  list->holders++;
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value result;
  Link *link = unwrap_tagged(env, first_argument(env, info), &tag);
  if (link == NULL) REFUSE(env, "no object of this module");
  TRY(napi_create_int64(env, link->number, &result));
  return result;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  napi_value object = first_argument(env, info);
  void *link;
  if (!has_tag(env, object, &tag)) REFUSE(env, "no object of this module");
  if (napi_remove_wrap(env, object, &link) == napi_ok) free_link(env, link, NULL);
  return NULL;
}

NAPI_MODULE_INIT() {
  List *list = calloc(1, sizeof *list);
  if (list == NULL) REFUSE(env, "no memory");
  list->holders = 1;
  TRY(napi_add_env_cleanup_hook(env, env_ends, list));
  TRY(export_function(env, exports, "make", make, list));
  TRY(export_function(env, exports, "use", use, list));
  TRY(export_function(env, exports, "dispose", dispose, list));
  return exports;
}
