// The functions of the C library that a program's own definitions take precedence over, counted. glibc on Linux only.
// They are for a program with one thread: the counters are plain.

#define _GNU_SOURCE
#include "CAllocations.h"
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

static struct allocation_counts counts;

struct allocation_counts allocation_counts_now(void) { return counts; }

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void note(size_t size) {
    counts.allocations++;
    counts.allocated_bytes += size;
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note(size);
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *found = memalign(alignment, size);
    if (!found) return ENOMEM;
    *memory = found;
    return 0;
}

// Until the library's own function is known, one that goes byte by byte; `volatile` keeps the compiler from making a
// call of memmove, that is of itself, out of the loop.
static void *move_bytewise(void *target, const void *source, size_t size) {
    volatile unsigned char *to = target;
    const volatile unsigned char *from = source;
    if (target <= source) {
        for (size_t index = 0; index < size; index++) to[index] = from[index];
    } else {
        while (size--) to[size] = from[size];
    }
    return target;
}

static void *(*library_memmove)(void *, const void *, size_t) = move_bytewise;

__attribute__((constructor)) static void find_library(void) {
    void *found = dlsym(RTLD_NEXT, "memmove");
    if (found) library_memmove = found;
}

void *memmove(void *target, const void *source, size_t size) {
    counts.copied_bytes += size;
    return library_memmove(target, source, size);
}

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
    counts.copied_bytes += size;
    return library_memmove(target, source, size);
}
