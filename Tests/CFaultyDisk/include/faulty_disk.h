#ifndef LEVERET_FAULTY_DISK_H
#define LEVERET_FAULTY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file system for SQLite that passes everything on to the system's, but that can fail an operation when it is
   told to, and that can keep a record of everything that changes the disk. Forcing a file to the disk is only
   recorded, never done: what the loss of power leaves is computed from the record.

   Used by one thread at a time. */

typedef struct faulty_disk faulty_disk;

typedef enum faulty_disk_operation {
    FAULTY_DISK_WRITE = 0,
    FAULTY_DISK_SYNC = 1,
    FAULTY_DISK_TRUNCATE = 2,
    FAULTY_DISK_OPEN = 3,
    FAULTY_DISK_READ = 4,
    FAULTY_DISK_DELETE = 5,
    /* Not the disk's: a remark that the test puts into the record. */
    FAULTY_DISK_REMARK = 6
} faulty_disk_operation;

/* One entry of the record. */
typedef struct faulty_disk_entry {
    faulty_disk_operation operation;
    /* The name of the file within its folder; empty for a remark. */
    const char *file;
    /* Where a write begins, or the length that a truncation leaves, or the number of a remark. */
    int64_t offset;
    /* The bytes of a write. */
    const uint8_t *bytes;
    size_t length;
} faulty_disk_entry;

/* Registers a file system under the name, for `sqlite3_open_v2`; NULL without memory. */
faulty_disk *faulty_disk_create(const char *name);

/* Takes the file system away. No file of it may be open. */
void faulty_disk_destroy(faulty_disk *disk);

/* Lets the operation fail the nth time from now on (1 is the next) with the error number of the system. A write
   that fails has written its first half. With `persists` it fails from then on. */
void faulty_disk_fail(faulty_disk *disk, faulty_disk_operation operation, int nth, int error, bool persists);

/* Lets nothing fail any more. */
void faulty_disk_heal(faulty_disk *disk);

/* Whether an operation has failed since `faulty_disk_fail`. */
bool faulty_disk_has_failed(const faulty_disk *disk);

/* Starts a record. */
void faulty_disk_record(faulty_disk *disk);

/* Puts a remark into the record. */
void faulty_disk_remark(faulty_disk *disk, int64_t number);

size_t faulty_disk_entry_count(const faulty_disk *disk);
faulty_disk_entry faulty_disk_entry_at(const faulty_disk *disk, size_t index);

#endif
