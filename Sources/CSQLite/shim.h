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

/* Binds UTF-8 text, which SQLite copies. */
static inline int leveret_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                           sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, length == 0 ? "" : text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static const int leveret_sqlite_ioerr_write = SQLITE_IOERR_WRITE;

#endif
