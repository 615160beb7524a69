/* A target with a planted fault: make/fuzz.sh sees by it that a crash is kept, told and counted. Nothing of the library
 * is here. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 1 && data[0] == 'n' && data[1] == 'o') {
    fputs("LAW BROKEN planted.c: no input begins with the word no\n", stderr);
    abort();
  }
  return 0;
}
