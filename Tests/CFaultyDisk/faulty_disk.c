#include "faulty_disk.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct faulty_disk {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    char *name;
    faulty_disk_operation failing;
    int until_failure;
    int error;
    bool persists;
    bool has_failed;
    int last_error;
    bool is_recording;
    faulty_disk_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
};

/* A file of ours; the system's lies behind it in the same memory. */
typedef struct faulty_file {
    sqlite3_file base;
    faulty_disk *disk;
    const char *name;
    sqlite3_file *system;
} faulty_file;

/* --- The record */

static void append(faulty_disk *disk, faulty_disk_operation operation, const char *file, int64_t offset,
                   const void *bytes, size_t length) {
    if (!disk->is_recording) return;
    if (disk->entry_count == disk->entry_capacity) {
        disk->entry_capacity = disk->entry_capacity == 0 ? 1024 : disk->entry_capacity * 2;
        disk->entries = realloc(disk->entries, disk->entry_capacity * sizeof(faulty_disk_entry));
        if (disk->entries == NULL) abort();
    }
    uint8_t *copy = NULL;
    if (length > 0) {
        copy = malloc(length);
        if (copy == NULL) abort();
        memcpy(copy, bytes, length);
    }
    char *name = strdup(file);
    if (name == NULL) abort();
    disk->entries[disk->entry_count++] = (faulty_disk_entry){operation, name, offset, copy, length};
}

static void forget_record(faulty_disk *disk) {
    for (size_t index = 0; index < disk->entry_count; index++) {
        free((void *)disk->entries[index].file);
        free((void *)disk->entries[index].bytes);
    }
    free(disk->entries);
    disk->entries = NULL;
    disk->entry_count = disk->entry_capacity = 0;
}

void faulty_disk_record(faulty_disk *disk) {
    forget_record(disk);
    disk->is_recording = true;
}

void faulty_disk_remark(faulty_disk *disk, int64_t number) { append(disk, FAULTY_DISK_REMARK, "", number, NULL, 0); }

size_t faulty_disk_entry_count(const faulty_disk *disk) { return disk->entry_count; }

faulty_disk_entry faulty_disk_entry_at(const faulty_disk *disk, size_t index) { return disk->entries[index]; }

/* --- Faults */

void faulty_disk_fail(faulty_disk *disk, faulty_disk_operation operation, int nth, int error, bool persists) {
    disk->failing = operation;
    disk->until_failure = nth;
    disk->error = error;
    disk->persists = persists;
    disk->has_failed = false;
}

void faulty_disk_heal(faulty_disk *disk) { disk->until_failure = 0; }

bool faulty_disk_has_failed(const faulty_disk *disk) { return disk->has_failed; }

static bool fails(faulty_disk *disk, faulty_disk_operation operation) {
    if (disk->until_failure == 0 || disk->failing != operation) return false;
    if (disk->until_failure > 1) {
        disk->until_failure--;
        return false;
    }
    if (!disk->persists) disk->until_failure = 0;
    disk->has_failed = true;
    disk->last_error = disk->error;
    return true;
}

/* --- Files */

static faulty_file *ours(sqlite3_file *file) { return (faulty_file *)file; }

static int file_close(sqlite3_file *file) { return ours(file)->system->pMethods->xClose(ours(file)->system); }

static int file_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    if (fails(ours(file)->disk, FAULTY_DISK_READ)) return SQLITE_IOERR_READ;
    return ours(file)->system->pMethods->xRead(ours(file)->system, bytes, length, offset);
}

static int write_through(faulty_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    append(file->disk, FAULTY_DISK_WRITE, file->name, offset, bytes, (size_t)length);
    return file->system->pMethods->xWrite(file->system, bytes, length, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    faulty_disk *disk = ours(file)->disk;
    if (!fails(disk, FAULTY_DISK_WRITE)) return write_through(ours(file), bytes, length, offset);
    if (length > 1) write_through(ours(file), bytes, length / 2, offset);
    return disk->error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (fails(ours(file)->disk, FAULTY_DISK_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
    append(ours(file)->disk, FAULTY_DISK_TRUNCATE, ours(file)->name, size, NULL, 0);
    return ours(file)->system->pMethods->xTruncate(ours(file)->system, size);
}

static int file_sync(sqlite3_file *file, int flags) {
    (void)flags;
    if (fails(ours(file)->disk, FAULTY_DISK_SYNC)) return SQLITE_IOERR_FSYNC;
    append(ours(file)->disk, FAULTY_DISK_SYNC, ours(file)->name, 0, NULL, 0);
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return ours(file)->system->pMethods->xFileSize(ours(file)->system, size);
}

static int file_lock(sqlite3_file *file, int level) {
    return ours(file)->system->pMethods->xLock(ours(file)->system, level);
}

static int file_unlock(sqlite3_file *file, int level) {
    return ours(file)->system->pMethods->xUnlock(ours(file)->system, level);
}

static int file_is_reserved(sqlite3_file *file, int *result) {
    return ours(file)->system->pMethods->xCheckReservedLock(ours(file)->system, result);
}

static int file_control(sqlite3_file *file, int operation, void *argument) {
    return ours(file)->system->pMethods->xFileControl(ours(file)->system, operation, argument);
}

static int file_sector_size(sqlite3_file *file) {
    (void)file;
    return 512;
}

static int file_characteristics(sqlite3_file *file) {
    (void)file;
    /* As the system's: a write that is cut off leaves the bytes around it alone. */
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Version 1: no shared memory and no mapped files, so that every change of the disk passes through here. */
static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

/* --- The file system */

static faulty_disk *disk_of(sqlite3_vfs *vfs) { return vfs->pAppData; }

static const char *last_component(const char *path) {
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    return slash == NULL ? "" : slash + 1;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened) {
    faulty_disk *disk = disk_of(vfs);
    file->pMethods = NULL;
    if (fails(disk, FAULTY_DISK_OPEN)) return SQLITE_CANTOPEN;
    int exists = 0;
    if (path != NULL) disk->system->xAccess(disk->system, path, SQLITE_ACCESS_EXISTS, &exists);
    faulty_file *result = ours(file);
    /* SQLite keeps the path in place for as long as the file is open. */
    result->name = last_component(path);
    result->disk = disk;
    result->system = (sqlite3_file *)(result + 1);
    int code = disk->system->xOpen(disk->system, path, result->system, flags, opened);
    if (code != SQLITE_OK) return code;
    file->pMethods = &file_methods;
    if (!exists) append(disk, FAULTY_DISK_OPEN, result->name, 0, NULL, 0);
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int synchronize) {
    faulty_disk *disk = disk_of(vfs);
    if (fails(disk, FAULTY_DISK_DELETE)) return SQLITE_IOERR_DELETE;
    append(disk, FAULTY_DISK_DELETE, last_component(path), synchronize, NULL, 0);
    return disk->system->xDelete(disk->system, path, 0);
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    return disk_of(vfs)->system->xAccess(disk_of(vfs)->system, path, flags, result);
}

static int disk_full_path(sqlite3_vfs *vfs, const char *path, int size, char *result) {
    return disk_of(vfs)->system->xFullPathname(disk_of(vfs)->system, path, size, result);
}

static int disk_random(sqlite3_vfs *vfs, int length, char *bytes) {
    return disk_of(vfs)->system->xRandomness(disk_of(vfs)->system, length, bytes);
}

static int disk_sleep(sqlite3_vfs *vfs, int microseconds) {
    return disk_of(vfs)->system->xSleep(disk_of(vfs)->system, microseconds);
}

static int disk_time(sqlite3_vfs *vfs, double *time) {
    return disk_of(vfs)->system->xCurrentTime(disk_of(vfs)->system, time);
}

static int disk_last_error(sqlite3_vfs *vfs, int length, char *text) {
    faulty_disk *disk = disk_of(vfs);
    if (!disk->has_failed) return disk->system->xGetLastError(disk->system, length, text);
    return disk->last_error;
}

faulty_disk *faulty_disk_create(const char *name) {
    faulty_disk *disk = calloc(1, sizeof(faulty_disk));
    if (disk == NULL) return NULL;
    if (sqlite3_initialize() != SQLITE_OK || (disk->name = strdup(name)) == NULL) {
        free(disk);
        return NULL;
    }
    disk->system = sqlite3_vfs_find(NULL);
    disk->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = (int)sizeof(faulty_file) + disk->system->szOsFile,
        .mxPathname = disk->system->mxPathname,
        .zName = disk->name,
        .pAppData = disk,
        .xOpen = disk_open,
        .xDelete = disk_delete,
        .xAccess = disk_access,
        .xFullPathname = disk_full_path,
        .xRandomness = disk_random,
        .xSleep = disk_sleep,
        .xCurrentTime = disk_time,
        .xGetLastError = disk_last_error,
    };
    sqlite3_vfs_register(&disk->vfs, 0);
    return disk;
}

void faulty_disk_destroy(faulty_disk *disk) {
    sqlite3_vfs_unregister(&disk->vfs);
    forget_record(disk);
    free(disk->name);
    free(disk);
}
