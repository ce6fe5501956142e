// Modules stay mapped after dlclose, so that what they allocated can be told by their addresses at the end. And a few blocks
// are lost on purpose: a sanitizer that does not report them has not looked, which its silence would not tell.

#include <stdlib.h>

// More than one: the last pointer may still lie in a register or on the stack, where the sanitizer looks for it.
#define LOST 16

static void *volatile last;

int dlclose(void *handle) {
  (void)handle;
  return 0;
}

__attribute__((constructor)) static void lose(void) {
  for (int i = 0; i < LOST; i++) last = malloc(24);
  last = NULL;
}
