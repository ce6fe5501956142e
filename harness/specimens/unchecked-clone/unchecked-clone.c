/* Objects with native memory and with a property that people can read: `kind`. */
#include "wrapped.h"

static const char kind[] = "resource";

typedef struct {
  bool disposed;
} Resource;

static const napi_type_tag resource_tag = {0x4b9e02f7a6c84d11, 0xa35d8e6f90c27b14};

static void resource_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

#if PLANTED
/* Whether an object says of itself that it is a resource. */
static bool says_resource(napi_env env, napi_value object) {
  napi_value property;
  char text[sizeof kind];
  size_t length;
  return napi_get_named_property(env, object, "kind", &property) == napi_ok &&
         napi_get_value_string_utf8(env, property, text, sizeof text, &length) == napi_ok &&
         strcmp(text, kind) == 0;
}
#endif

/* Finds the resource of the first argument, and says whether that is one. */
static bool find_resource(napi_env env, napi_callback_info info, Resource **resource) {
  napi_value object = first_argument(env, info);
#if PLANTED
  /* The fault: a clone has the property as well, and nothing behind it. */
  *resource = NULL;
  if (object == NULL || !says_resource(env, object)) return false;
  napi_unwrap(env, object, (void **)resource);
  return true;
#else
  *resource = unwrap_tagged(env, object, &resource_tag);
  return *resource != NULL;
#endif
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object, name;
  TRY(napi_create_object(env, &object));
  TRY(napi_create_string_utf8(env, kind, NAPI_AUTO_LENGTH, &name));
  TRY(napi_set_named_property(env, object, "kind", name));
  Resource *resource = calloc(1, sizeof *resource);
  if (resource == NULL) REFUSE(env, "no memory");
  if (wrap_tagged(env, object, &resource_tag, resource, resource_free) != napi_ok) {
    free(resource);
    return NULL;
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value answer;
  Resource *resource;
  if (!find_resource(env, info, &resource)) REFUSE(env, "this is no resource");
  if (resource->disposed) REFUSE(env, "the resource was disposed of");
  TRY(napi_create_uint32(env, 42, &answer));
  return answer;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Resource *resource;
  if (!find_resource(env, info, &resource)) REFUSE(env, "this is no resource");
  resource->disposed = true;
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
