// Modules stay mapped after dlclose, so that what they allocated can be told by their addresses at the end.

int dlclose(void *handle) {
  (void)handle;
  return 0;
}
