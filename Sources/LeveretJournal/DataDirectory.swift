#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretCore

/// The folder in which a broker keeps everything, and the names of what lies in it.
package struct DataDirectory: Sendable, Hashable {
    /// The folder's path, without a slash at its end.
    package let path: String

    package init(path: String) {
        var trimmed = path[...]
        while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = String(trimmed)
    }

    package var database: String { inside("leveret.db") }
    package var writeAheadLog: String { database + "-wal" }
    /// What the journal promises about the write-ahead log.
    package var logMark: String { database + "-mark" }
    /// One of the files in which large contents lie. SQLite takes what stands before the last hyphen for the database,
    /// so the number must follow without one.
    package func contentFile(_ number: UInt64) -> String { inside("\(DataDirectory.contentFilePrefix)\(number)") }
    package var lock: String { inside("leveret.lock") }
    /// Where a new database is put together before it gets its name.
    var newDatabase: String { inside("leveret.db.new") }

    private static let contentFilePrefix = "leveret.db-content"

    private func inside(_ name: String) -> String {
        path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }

    /// How many bytes this user can still write on the folder's disk; nil if the system does not say.
    ///
    /// Room for the write-ahead log must be left before the disk is full: on a full disk not even deleting works,
    /// because it is written to the log first.
    package var availableBytes: Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? Int.max : Int(clamping: bytes)
    }

    /// Makes the folder, for its owner only, if it is missing. A loss of power may take it until what is put there is
    /// forced to the disk with `synchronizeWithParent`.
    package func create() throws {
        guard !path.isEmpty else {
            throw JournalFailure(permanent: "the data directory has no name: choose a data directory")
        }
        var missing: [String] = []
        var candidate = path
        while true {
            switch fileKind(at: candidate) {
            case .directory: return try make(missing.reversed())
            case .other:
                throw JournalFailure(permanent: "\(candidate) is not a directory: choose another data directory")
            case .missing:
                missing.append(candidate)
                candidate = parent(of: candidate)
            case .unknown(let number):
                throw JournalFailure(
                    permanent: "cannot use the data directory \(path): \(systemErrorText(number)): "
                        + "give this user access to it or choose another data directory"
                )
            }
        }
    }

    /// Throws if something lies in the folder.
    func requireEmpty() throws {
        guard let entries = opendir(path) else {
            throw JournalFailure(
                permanent: "cannot list \(path): \(systemErrorText(errno)): give this user access to it"
            )
        }
        defer { closedir(entries) }
        // Every folder has itself and the one above.
        guard readdir(entries) == nil || readdir(entries) == nil || readdir(entries) == nil else {
            throw JournalFailure(
                permanent: "\(path) is not empty: name a directory that is empty or does not exist"
            )
        }
    }

    /// The numbers of the content files that are there.
    func contentFiles() -> [UInt64] {
        guard let entries = opendir(path) else { return [] }
        defer { closedir(entries) }
        var numbers: [UInt64] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(DataDirectory.contentFilePrefix),
                let number = UInt64(name.dropFirst(DataDirectory.contentFilePrefix.count))
            else { continue }
            numbers.append(number)
        }
        return numbers
    }

    /// Forces the folder's entries to the disk, and its own in the folder above: without that a loss of power may take
    /// it with all that was confirmed in it. Done when there is something in it, both cost hardly more than one.
    func synchronizeWithParent() throws {
        try synchronizeDirectory(path)
        try synchronizeDirectory(parent(of: path))
    }

    private func make(_ paths: [String]) throws {
        for path in paths {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw JournalFailure(
                    permanent: "cannot create the data directory \(self.path): \(systemErrorText(errno)): "
                        + "create it, owned by this user, or choose another data directory"
                )
            }
            if path != paths.last { try synchronizeDirectory(parent(of: path)) }
        }
    }
}

/// What lies at a path.
enum FileKind {
    case missing
    case directory
    case other
    case unknown(Int32)
}

func fileKind(at path: String) -> FileKind {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == ENOENT ? .missing : .unknown(errno) }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .other
}

/// The size of a file in bytes; nil if it is not there.
func fileSize(at path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
}

/// How long an open file is, in bytes; 0 if that cannot be said.
func openFileSize(_ descriptor: Int32) -> Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
}

/// Makes an empty file. Others may be of the data directory's group; what is in the messages is nobody else's
/// business.
func createPrivateFile(_ path: String, in directory: DataDirectory) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
        throw JournalFailure(
            permanent: "cannot write in the data directory \(directory.path): \(systemErrorText(errno)): "
                + "give this user the right to write there or choose another data directory"
        )
    }
    close(descriptor)
}

/// Opens a file for reading; below 0 if that fails, with the reason in `errno`.
func openFileToRead(_ path: String) -> Int32 { open(path, O_RDONLY | O_CLOEXEC) }

func closeFile(_ descriptor: Int32) {
    if descriptor >= 0 { close(descriptor) }
}

/// Forces a folder's entries to the disk.
func synchronizeDirectory(_ path: String) throws {
    try synchronize(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
}

/// Forces a file to the disk.
func synchronizeFile(_ path: String) throws {
    try synchronize(path, flags: O_RDONLY | O_CLOEXEC)
}

private func synchronize(_ path: String, flags: Int32) throws {
    let descriptor = open(path, flags)
    guard descriptor >= 0 else {
        throw JournalFailure(permanent: "cannot open \(path): \(systemErrorText(errno)): check its owner and mode")
    }
    defer { close(descriptor) }
    // Some file systems cannot synchronize a folder, and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
        throw JournalFailure(
            permanent: "cannot force \(path) to the disk: \(systemErrorText(errno)): check the disk"
        )
    }
}

func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    let above = path[..<slash]
    return above.isEmpty ? "/" : String(above)
}
