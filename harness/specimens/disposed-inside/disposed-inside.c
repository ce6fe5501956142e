/* Objects with numbers that a function is called for, one after the other. */
#include "quarantine.h"
#include "wrapped.h"

enum { NUMBERS = 4 };

typedef struct {
  uint32_t *numbers[NUMBERS];
} Memory;

typedef struct {
  Memory *memory;
  int visits; /* how many calls are using the memory now */
} Resource;

static const napi_type_tag resource_tag = {0xf94a06d3b7e25c18, 0x9d1c8b5e704f2a63};

static void resource_dispose(Resource *resource) {
  if (resource->memory == NULL) return;
  for (int i = 0; i < NUMBERS; i++) free(resource->memory->numbers[i]);
  give_back(resource->memory, sizeof *resource->memory);
  resource->memory = NULL;
}

static void resource_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  resource_dispose(data);
  free(data);
}

static bool fill(Resource *resource) {
  resource->memory = calloc(1, sizeof *resource->memory);
  if (resource->memory == NULL) return false;
  for (uint32_t i = 0; i < NUMBERS; i++) {
    resource->memory->numbers[i] = malloc(sizeof i);
    if (resource->memory->numbers[i] == NULL) return false;
    *resource->memory->numbers[i] = 10 * i;
  }
  return true;
}

static napi_value make(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value object;
  TRY(napi_create_object(env, &object));
  Resource *resource = calloc(1, sizeof *resource);
  if (resource == NULL) REFUSE(env, "no memory");
  if (!fill(resource) ||
      wrap_tagged(env, object, &resource_tag, resource, resource_free) != napi_ok) {
    resource_free(env, resource, NULL);
    REFUSE(env, "no memory");
  }
  return object;
}

static napi_value use(napi_env env, napi_callback_info info) {
  napi_value number;
  Resource *resource = unwrap_tagged(env, first_argument(env, info), &resource_tag);
  if (resource == NULL) REFUSE(env, "this is no resource");
  if (resource->memory == NULL) REFUSE(env, "the resource was disposed of");
  TRY(napi_create_uint32(env, *resource->memory->numbers[NUMBERS - 1], &number));
  return number;
}

/* visit(object, fn): calls fn(n) for each number, and gives their sum. */
static napi_value visit(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2], receiver, argument, sum;
  napi_valuetype type;
  uint32_t total = 0;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  Resource *resource = unwrap_tagged(env, argv[0], &resource_tag);
  if (resource == NULL) REFUSE(env, "this is no resource");
  if (resource->memory == NULL) REFUSE(env, "the resource was disposed of");
  TRY(napi_typeof(env, argv[1], &type));
  if (type != napi_function) REFUSE(env, "this is no function");
  TRY(napi_get_undefined(env, &receiver));
  Memory *memory = resource->memory;
  napi_status status = napi_ok;
  resource->visits++;
  for (int i = 0; i < NUMBERS && status == napi_ok; i++) {
    total += *memory->numbers[i];
    status = napi_create_uint32(env, *memory->numbers[i], &argument);
    if (status == napi_ok) status = napi_call_function(env, receiver, argv[1], 1, &argument, NULL);
  }
  resource->visits--;
  if (status != napi_ok) return NULL;
  TRY(napi_create_uint32(env, total, &sum));
  return sum;
}

static napi_value dispose(napi_env env, napi_callback_info info) {
  Resource *resource = unwrap_tagged(env, first_argument(env, info), &resource_tag);
  if (resource == NULL) REFUSE(env, "this is no resource");
#if !PLANTED
  /* The fault, where this is missing: the call that is using the memory goes on when its callback has returned. */
  if (resource->visits > 0) REFUSE(env, "the resource is being visited");
#endif
  resource_dispose(resource);
  return NULL;
}

NAPI_MODULE_INIT() {
  TRY(export_function(env, exports, "make", make, NULL));
  TRY(export_function(env, exports, "use", use, NULL));
  TRY(export_function(env, exports, "visit", visit, NULL));
  TRY(export_function(env, exports, "dispose", dispose, NULL));
  return exports;
}
