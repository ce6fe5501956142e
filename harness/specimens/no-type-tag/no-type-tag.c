/* Two kinds of objects that carry native memory, and functions that take one of them. */
#include "wrapped.h"

typedef struct {
  char *text;
} Resource;

typedef struct {
  uint64_t number;
} Other;

static const napi_type_tag resource_tag = {0x2e6b7f8c10d94a35, 0xb1c9d0427e5f6a83};
static const napi_type_tag other_tag = {0x61f0a3b95c8d4e27, 0x88e4d7c30b1a2f96};

static void resource_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Resource *resource = data;
  free(resource->text);
  free(resource);
}

static void other_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

/* The resource of an object, or NULL when it has none. */
static Resource *resource_of(napi_env env, napi_value object) {
#if PLANTED
  /* The fault: that something is wrapped is taken for a proof that it is a resource. */
  void *data = NULL;
  return napi_unwrap(env, object, &data) == napi_ok ? data : NULL;
#else
  return unwrap_tagged(env, object, &resource_tag);
#endif
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Resource *resource = calloc(1, sizeof *resource);
  if (resource == NULL) REFUSE(env, "no memory");
  resource->text = strdup("a resource");
  if (resource->text == NULL ||
      wrap_tagged(env, object, &resource_tag, resource, resource_free) != napi_ok) {
    resource_free(env, resource, NULL);
    REFUSE(env, "no memory");
  }
  return object;
}

static napi_value other(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Other *made = calloc(1, sizeof *made);
  if (made == NULL) REFUSE(env, "no memory");
  made->number = 4242;
  if (wrap_tagged(env, object, &other_tag, made, other_free) != napi_ok) {
    free(made);
    return NULL;
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value text;
  Resource *resource = resource_of(env, first_argument(env, info));
  if (resource == NULL) REFUSE(env, "this is no resource");
  if (resource->text == NULL) REFUSE(env, "the resource was disposed of");
  TRY(napi_create_string_utf8(env, resource->text, NAPI_AUTO_LENGTH, &text));
  return text;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Resource *resource = resource_of(env, first_argument(env, info));
  if (resource == NULL) REFUSE(env, "this is no resource");
  free(resource->text);
  resource->text = NULL;
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  TRY(export_function(env, exports, "other", other, NULL));
  return exports;
}
