/* A module of the time before Node-API: what NODE_MODULE expands to, written by hand so that it needs no C++. */
#include "specimen.h"

#if PLANTED
/* `struct node_module` of Node's node.h. The values of V8 are one pointer each when they are passed. */
typedef struct {
  int version;
  unsigned int flags;
  void *handle;
  const char *filename;
  void (*init)(void *exports, void *module, void *data);
  void (*context_aware_init)(void *exports, void *module, void *context, void *data);
  const char *name;
  void *data;
  void *next;
} LegacyModule;

extern void node_module_register(void *module);

static void init(void *exports, void *module, void *data) {
  /* Only V8's own interface could put something in here. */
  (void)exports;
  (void)module;
  (void)data;
}

static LegacyModule self = {
    .filename = __FILE__,
    .init = init,
    .name = "not_context_aware",
};

/* The fault: this runs once for each mapping of the binary, and no function can be found by name that would
 * initialise one more env. */
__attribute__((constructor)) static void register_once(void) {
  /* A binary of that kind is built for one version of Node; this one is for all. */
  const char *version = getenv("THREADPROOF_NODE_MODULES");
  self.version = version == NULL ? -1 : atoi(version);
  node_module_register(&self);
}
#else
/* Node finds this by its name, in every env. */
NAPI_MODULE_INIT() {
  (void)env;
  return exports;
}
#endif
