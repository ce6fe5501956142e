/* Parents with memory, and children that read it: a database and its statements are of this kind. */
#include "quarantine.h"
#include "wrapped.h"

typedef struct {
  char *text;
} Parent;

typedef struct {
  Parent *parent;
#if !PLANTED
  napi_ref held;
#endif
} Child;

static const napi_type_tag parent_tag = {0x19d4f7a2c05b4e86, 0x92f0c3e7d86a1b45};
static const napi_type_tag child_tag = {0x5ac8e1b09f274d63, 0xb7d2046f3e9c815a};

static void parent_dispose(Parent *parent) {
  free(parent->text);
  parent->text = NULL;
}

static void parent_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  parent_dispose(data);
  give_back(data, sizeof(Parent));
}

static void child_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
#if !PLANTED
  napi_delete_reference(env, ((Child *)data)->held);
#endif
  free(data);
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Parent *parent = calloc(1, sizeof *parent);
  if (parent == NULL) REFUSE(env, "no memory");
  parent->text = strdup("of the parent");
  if (parent->text == NULL ||
      wrap_tagged(env, object, &parent_tag, parent, parent_free) != napi_ok) {
    parent_free(env, parent, NULL);
    REFUSE(env, "no memory");
  }
  return object;
}

static napi_value child(napi_env env, napi_callback_info info) {
  napi_value object, of = first_argument(env, info);
  Parent *parent = unwrap_tagged(env, of, &parent_tag);
  if (parent == NULL) REFUSE(env, "this is no parent");
  if (parent->text == NULL) REFUSE(env, "the parent was disposed of");
  TRY(napi_create_object(env, &object));
  Child *made = calloc(1, sizeof *made);
  if (made == NULL) REFUSE(env, "no memory");
  made->parent = parent;
#if PLANTED
  /* The fault: nothing keeps the parent from being collected while there is a child. */
  napi_status status = napi_ok;
#else
  napi_status status = napi_create_reference(env, of, 1, &made->held);
#endif
  if (status == napi_ok) status = wrap_tagged(env, object, &child_tag, made, child_free);
  if (status != napi_ok) {
    child_free(env, made, NULL);
    return NULL;
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value text, object = first_argument(env, info);
  Parent *parent = unwrap_tagged(env, object, &parent_tag);
  Child *of = unwrap_tagged(env, object, &child_tag);
  if (parent == NULL && of == NULL) REFUSE(env, "this is neither a parent nor a child");
  if (parent == NULL) parent = of->parent;
  if (parent->text == NULL) REFUSE(env, "the parent was disposed of");
  TRY(napi_create_string_utf8(env, parent->text, NAPI_AUTO_LENGTH, &text));
  return text;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Parent *parent = unwrap_tagged(env, first_argument(env, info), &parent_tag);
  if (parent == NULL) REFUSE(env, "this is no parent");
  parent_dispose(parent);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "child", child, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
