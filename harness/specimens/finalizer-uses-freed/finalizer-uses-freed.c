/* Parents that keep a list of their children; a child takes itself out of it when it is collected. Each child has its own
 * copy of what it needs, so that only the list ties it to its parent. */
#include "quarantine.h"
#include "wrapped.h"

static const char text[] = "of the parent";

typedef struct Child Child;

typedef struct {
  Child **children; /* NULL in the places of those that were collected */
  size_t count;
  bool disposed;
} Parent;

struct Child {
  char *text;
  Parent *parent;
  size_t place;
};

static const napi_type_tag parent_tag = {0x74e1c9d05a8b4f32, 0xa90b6d2fe1374c58};
static const napi_type_tag child_tag = {0xc2580e7fd4a94b16, 0x83e7f1a60d5c2b94};

static void parent_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Parent *parent = data;
#if !PLANTED
  /* The fault, where this is missing: children that are left point to a parent that is gone. Nothing says that they are
   * collected first. */
  for (size_t i = 0; i < parent->count; i++) {
    if (parent->children[i] != NULL) parent->children[i]->parent = NULL;
  }
#endif
  free(parent->children);
  give_back(parent, sizeof *parent);
}

static void child_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Child *child = data;
  if (child->parent != NULL) child->parent->children[child->place] = NULL;
  free(child->text);
  free(child);
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Parent *parent = calloc(1, sizeof *parent);
  if (parent == NULL) REFUSE(env, "no memory");
  if (wrap_tagged(env, object, &parent_tag, parent, parent_free) != napi_ok) {
    free(parent);
    return NULL;
  }
  return object;
}

/* Gives a child its place in the list of its parent. */
static bool enlist(Parent *parent, Child *child) {
  Child **children = realloc(parent->children, (parent->count + 1) * sizeof *children);
  if (children == NULL) return false;
  parent->children = children;
  child->parent = parent;
  child->place = parent->count;
  children[parent->count++] = child;
  return true;
}

static napi_value child(napi_env env, napi_callback_info info) {
  napi_value object;
  Parent *parent = unwrap_tagged(env, first_argument(env, info), &parent_tag);
  if (parent == NULL) REFUSE(env, "this is no parent");
  if (parent->disposed) REFUSE(env, "the parent was disposed of");
  TRY(napi_create_object(env, &object));
  Child *made = calloc(1, sizeof *made);
  if (made == NULL) REFUSE(env, "no memory");
  made->text = strdup(text);
  if (made->text == NULL || !enlist(parent, made) ||
      wrap_tagged(env, object, &child_tag, made, child_free) != napi_ok) {
    child_free(env, made, NULL);
    REFUSE(env, "no memory");
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value answer, object = first_argument(env, info);
  Parent *parent = unwrap_tagged(env, object, &parent_tag);
  Child *of = unwrap_tagged(env, object, &child_tag);
  if (parent == NULL && of == NULL) REFUSE(env, "this is neither a parent nor a child");
  if (parent != NULL && parent->disposed) REFUSE(env, "the parent was disposed of");
  TRY(napi_create_string_utf8(env, of == NULL ? text : of->text, NAPI_AUTO_LENGTH, &answer));
  return answer;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Parent *parent = unwrap_tagged(env, first_argument(env, info), &parent_tag);
  if (parent == NULL) REFUSE(env, "this is no parent");
  parent->disposed = true;
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "child", child, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
