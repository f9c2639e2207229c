#ifndef C_ALLOCATIONS_H
#define C_ALLOCATIONS_H

#include <stdint.h>

/// What the process has asked of the C library since it started: how often memory was allocated (or made larger), how
/// many bytes were asked for, and how many bytes memcpy and memmove have moved.
struct allocation_counts {
    uint64_t allocations;
    uint64_t allocated_bytes;
    uint64_t copied_bytes;
};

struct allocation_counts allocation_counts_now(void);

#endif
