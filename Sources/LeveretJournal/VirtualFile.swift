import CSQLite

/// A small file beside the database, reached through the same file system of SQLite's as the database.
final class VirtualFile {
    private let path: UnsafeMutablePointer<CChar>
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let memory: UnsafeMutableRawPointer

    /// Opens the file, and makes it if it is missing.
    init(path text: String, fileSystem: String?) throws {
        guard let system = sqlite3_vfs_find(fileSystem), let open = system.pointee.xOpen else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "there is no file system \(fileSystem ?? "")")
        }
        path = VirtualFile.lasting(text)
        memory = .allocate(byteCount: Int(system.pointee.szOsFile), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(system.pointee.szOsFile))
        file = memory.assumingMemoryBound(to: sqlite3_file.self)
        // Opened like a log, it belongs to the database's owner, and its folder is forced to the disk with it.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL
        let code = open(system, path, file, flags, nil)
        try check(code)
    }

    deinit {
        // There are no methods if the file could not be opened.
        _ = file.pointee.pMethods?.pointee.xClose?(file)
        memory.deallocate()
        path.deallocate()
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
        guard let write = file.pointee.pMethods?.pointee.xWrite else { return }
        try check(write(file, bytes, Int32(bytes.count), 0))
    }

    /// Forces the file to the disk.
    func synchronize() throws {
        guard let synchronize = file.pointee.pMethods?.pointee.xSync else { return }
        try check(synchronize(file, SQLITE_SYNC_FULL))
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else {
            throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code)))
        }
    }
}
