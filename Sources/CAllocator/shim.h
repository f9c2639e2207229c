#ifndef LEVERET_CALLOCATOR_H
#define LEVERET_CALLOCATOR_H

#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

// Bytes that were freed and that the allocator keeps for later.
static inline size_t leveret_kept_bytes(void) { return mallinfo2().fordblks; }

// Gives such bytes back to the system.
static inline void leveret_return_kept_bytes(void) { malloc_trim(0); }
#else
// Other allocators give memory back by themselves.
static inline size_t leveret_kept_bytes(void) { return 0; }

static inline void leveret_return_kept_bytes(void) {}
#endif

#endif
