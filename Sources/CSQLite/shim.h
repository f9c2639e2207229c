#ifndef LEVERET_CSQLITE_SHIM_H
#define LEVERET_CSQLITE_SHIM_H

#include <sqlite3.h>

/* Swift can neither call variadic functions nor read macros that are casts or expressions. */

/* Turns one of a connection's switches on or off. */
static inline int leveret_sqlite_set_switch(sqlite3 *connection, int option, int on) {
    return sqlite3_db_config(connection, option, on, (int *)0);
}

/* Binds bytes that stay where they are until the statement is reset. A length of zero binds an empty blob,
   never NULL. */
static inline int leveret_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                           sqlite3_uint64 length) {
    return sqlite3_bind_blob64(statement, index, length == 0 ? "" : bytes, length, SQLITE_STATIC);
}

/* Binds bytes, which SQLite copies. A length of zero binds an empty blob, never NULL. */
static inline int leveret_sqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes,
                                                sqlite3_uint64 length) {
    return sqlite3_bind_blob64(statement, index, length == 0 ? "" : bytes, length, SQLITE_TRANSIENT);
}

/* Binds UTF-8 text, which SQLite copies. */
static inline int leveret_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                           sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, length == 0 ? "" : text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* Carries the sums of a write-ahead log on over bytes, whose number is a multiple of 8. SQLite writes the words in the
   byte order that the log's header names. */
static inline void leveret_sqlite_log_checksum(const unsigned char *bytes, sqlite3_uint64 length, int big_endian,
                                               unsigned int sums[2]) {
    unsigned int first = sums[0], second = sums[1];
    for (sqlite3_uint64 offset = 0; offset < length; offset += 8) {
        const unsigned char *word = bytes + offset;
        if (big_endian) {
            first += ((unsigned)word[0] << 24 | word[1] << 16 | word[2] << 8 | word[3]) + second;
            second += ((unsigned)word[4] << 24 | word[5] << 16 | word[6] << 8 | word[7]) + first;
        } else {
            first += ((unsigned)word[3] << 24 | word[2] << 16 | word[1] << 8 | word[0]) + second;
            second += ((unsigned)word[7] << 24 | word[6] << 16 | word[5] << 8 | word[4]) + first;
        }
    }
    sums[0] = first;
    sums[1] = second;
}

static const int leveret_sqlite_ioerr_write = SQLITE_IOERR_WRITE;
static const int leveret_sqlite_ioerr_short_read = SQLITE_IOERR_SHORT_READ;
static const int leveret_sqlite_ioerr_delete_noent = SQLITE_IOERR_DELETE_NOENT;

#endif
