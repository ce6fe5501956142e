/* Objects with memory that can be given back before the object is collected. */
#include "quarantine.h"
#include "wrapped.h"

typedef struct {
  char *text;
} Memory;

typedef struct {
  Memory *memory;
} Resource;

static const napi_type_tag resource_tag = {0xe07b3c9152f84d6a, 0x8c14f6d92e7a5b03};

static void resource_dispose(Resource *resource) {
  if (resource->memory == NULL) return;
  free(resource->memory->text);
  give_back(resource->memory, sizeof *resource->memory);
#if !PLANTED
  /* The fault, where this is missing: the pointer is followed by the next use, and its memory is given back once more by
   * the next dispose and by the finalizer. */
  resource->memory = NULL;
#endif
}

static void resource_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  resource_dispose(data);
  free(data);
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Resource *resource = calloc(1, sizeof *resource);
  if (resource == NULL) REFUSE(env, "no memory");
  resource->memory = calloc(1, sizeof *resource->memory);
  if (resource->memory != NULL) resource->memory->text = strdup("a resource");
  if (resource->memory == NULL || resource->memory->text == NULL ||
      wrap_tagged(env, object, &resource_tag, resource, resource_free) != napi_ok) {
    resource_free(env, resource, NULL);
    REFUSE(env, "no memory");
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value text;
  Resource *resource = unwrap_tagged(env, first_argument(env, info), &resource_tag);
  if (resource == NULL) REFUSE(env, "this is no resource");
  if (resource->memory == NULL) REFUSE(env, "the resource was disposed of");
  TRY(napi_create_string_utf8(env, resource->memory->text, NAPI_AUTO_LENGTH, &text));
  return text;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Resource *resource = unwrap_tagged(env, first_argument(env, info), &resource_tag);
  if (resource == NULL) REFUSE(env, "this is no resource");
  resource_dispose(resource);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
