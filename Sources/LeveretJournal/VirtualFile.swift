import CSQLite

/// A file beside the database, reached through the same file system of SQLite's as the database.
final class VirtualFile {
    /// How many bytes are read or written with one call: no page of SQLite's is longer, and its file systems need not
    /// be able to do more.
    private static let callLimit = 64 << 10

    private let path: UnsafeMutablePointer<CChar>
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let memory: UnsafeMutableRawPointer

    /// Opens the file, and makes it if it is missing. If a database is there beside it, it belongs to the database's
    /// owner, and its folder is forced to the disk with it.
    init(path text: String, fileSystem: String?, isBesideDatabase: Bool = true) throws {
        let system = try VirtualFile.system(fileSystem)
        guard let open = system.pointee.xOpen else { throw VirtualFile.unusable(fileSystem) }
        path = VirtualFile.lasting(text)
        memory = .allocate(byteCount: Int(system.pointee.szOsFile), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(system.pointee.szOsFile))
        file = memory.assumingMemoryBound(to: sqlite3_file.self)
        // That is how a log is opened; nothing is demanded of a temporary file.
        let kind = isBesideDatabase ? SQLITE_OPEN_WAL : SQLITE_OPEN_TEMP_DB
        let code = open(system, path, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind, nil)
        try check(code)
    }

    deinit {
        // There are no methods if the file could not be opened.
        _ = file.pointee.pMethods?.pointee.xClose?(file)
        memory.deallocate()
        path.deallocate()
    }

    /// Deletes a file. One that is not there is no error.
    static func delete(_ text: String, fileSystem: String?) throws {
        let system = try VirtualFile.system(fileSystem)
        guard let delete = system.pointee.xDelete else { throw VirtualFile.unusable(fileSystem) }
        let code = delete(system, text, 0)
        guard code != SQLITE_OK, code != leveret_sqlite_ioerr_delete_noent else { return }
        throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code)))
    }

    private static func system(_ name: String?) throws -> UnsafeMutablePointer<sqlite3_vfs> {
        guard let system = sqlite3_vfs_find(name) else { throw unusable(name) }
        return system
    }

    private static func unusable(_ name: String?) -> SQLiteError {
        SQLiteError(code: SQLITE_CANTOPEN, message: "there is no file system \(name ?? "")")
    }

    /// The file system keeps the path for as long as the file is open, and may look behind its end.
    private static func lasting(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString) + [0, 0]
        let path = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        path.initialize(from: bytes, count: bytes.count)
        return path
    }

    /// Writes the bytes at the file's beginning.
    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0, at: 0) }
    }

    /// Writes the bytes from that place in the file on.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard let write = file.pointee.pMethods?.pointee.xWrite else { return }
        var done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, VirtualFile.callLimit)
            let code = write(file, bytes.baseAddress?.advanced(by: done), Int32(count), Int64(offset + done))
            try check(code)
            done += count
        }
    }

    /// Fills the bytes with what lies from that place in the file on. Gives whether the file is long enough.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Bool {
        guard let read = file.pointee.pMethods?.pointee.xRead else { return false }
        var done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, VirtualFile.callLimit)
            let code = read(file, bytes.baseAddress?.advanced(by: done), Int32(count), Int64(offset + done))
            if code == leveret_sqlite_ioerr_short_read { return false }
            try check(code)
            done += count
        }
        return true
    }

    /// Cuts off what lies behind that length.
    func truncate(to length: Int) throws {
        guard let truncate = file.pointee.pMethods?.pointee.xTruncate else { return }
        try check(truncate(file, Int64(length)))
    }

    /// Forces the file to the disk.
    func synchronize() throws {
        guard let synchronize = file.pointee.pMethods?.pointee.xSync else { return }
        try check(synchronize(file, SQLITE_SYNC_FULL))
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_OK else { return }
        var systemError: Int32 = 0
        _ = file.pointee.pMethods?.pointee.xFileControl?(file, SQLITE_FCNTL_LAST_ERRNO, &systemError)
        throw SQLiteError(code: code, systemError: systemError, message: String(cString: sqlite3_errstr(code)))
    }
}
