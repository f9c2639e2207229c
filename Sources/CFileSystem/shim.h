#ifndef LEVERET_CFILESYSTEM_SHIM_H
#define LEVERET_CFILESYSTEM_SHIM_H

#include <sys/types.h>

#ifdef __linux__
/* The C library declares it only for those who ask for what is not in a standard. */
int fallocate(int descriptor, int mode, off_t offset, off_t length);
int sync_file_range(int descriptor, off_t offset, off_t length, unsigned int flags);
#endif

/* Lets the system begin to write a part of an open file to the disk. Only a hint: nothing is promised by it. */
static inline void leveret_begin_writing(int descriptor, off_t offset, off_t length) {
#ifdef __linux__
    const unsigned int range_write = 0x02;
    (void)sync_file_range(descriptor, offset, length, range_write);
#else
    (void)descriptor, (void)offset, (void)length;
#endif
}

/* Gives a part of an open file back to the disk, so that zeros are read there; the file stays as long as it is. Not
   every file system can do that; then nothing changes. */
static inline void leveret_free_range(int descriptor, off_t offset, off_t length) {
#ifdef __linux__
    const int keep_size = 0x01, punch_hole = 0x02;
    (void)fallocate(descriptor, keep_size | punch_hole, offset, length);
#else
    (void)descriptor, (void)offset, (void)length;
#endif
}

#endif
