/* A cache: gives the same object for as long as somebody holds it, and a new one afterwards. */
#include "quarantine.h"
#include "wrapped.h"

typedef struct {
  int64_t uses;
} Cached;

typedef struct {
  napi_ref object; /* weak: the cache does not keep what nobody uses */
  Cached *cached;
} Cache;

static const napi_type_tag cached_tag = {0x30c8a7e5b91f4d26, 0xd46b1e803a9f27c5};

static void cached_free(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  give_back(data, sizeof(Cached));
}

static void cache_free(napi_env env, void *data, void *hint) {
  (void)hint;
  Cache *cache = data;
  if (cache->object != NULL) napi_delete_reference(env, cache->object);
  free(cache);
}

/* Makes an object, and lets the cache point to it. */
static napi_value fresh(napi_env env, Cache *cache) {
  napi_value object;
  TRY(napi_create_object(env, &object));
  Cached *made = calloc(1, sizeof *made);
  if (made == NULL) REFUSE(env, "no memory");
  if (wrap_tagged(env, object, &cached_tag, made, cached_free) != napi_ok) {
    free(made);
    return NULL;
  }
  if (cache->object != NULL) TRY(napi_delete_reference(env, cache->object));
  cache->object = NULL;
  TRY(napi_create_reference(env, object, 0, &cache->object));
  cache->cached = made;
  return object;
}

static napi_value cached(napi_env env, napi_callback_info info) {
  (void)info;
  Cache *cache;
  napi_value object = NULL;
  TRY(napi_get_instance_data(env, (void **)&cache));
  if (cache->object != NULL) TRY(napi_get_reference_value(env, cache->object, &object));
#if PLANTED
  /* The fault: the status was ok, so there is an object. When it was collected there is none. */
  bool there = cache->object != NULL;
#else
  bool there = object != NULL;
#endif
  if (!there) {
    object = fresh(env, cache);
    if (object == NULL) REFUSE(env, "no memory");
  }
  cache->cached->uses++;
  return object;
}

static napi_value uses(napi_env env, napi_callback_info info) {
  napi_value number;
  Cached *of = unwrap_tagged(env, first_argument(env, info), &cached_tag);
  if (of == NULL) REFUSE(env, "this is nothing of the cache");
  TRY(napi_create_int64(env, of->uses, &number));
  return number;
}

NAPI_MODULE_INIT() {
  Cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL) REFUSE(env, "no memory");
  if (napi_set_instance_data(env, cache, cache_free, NULL) != napi_ok) {
    free(cache);
    return NULL;
  }
  TRY(export_function(env, exports, "cached", cached, NULL));
  TRY(export_function(env, exports, "uses", uses, NULL));
  return exports;
}
