import CSQLite

/// Keeps the file of the write-ahead log longer than what is in it, with zeros written in large pieces.
///
/// What SQLite appends frame by frame the operating system keeps, and gives to the disk, in pieces of a page; and each
/// commit that makes the file longer has to force out where its new bytes lie, too. Over bytes that are there already,
/// and are kept in large pieces, a commit is forced to the disk in half the time (`Docs/Performance.md`).
///
/// Zeros are no frame, so that what a start recovers ends before them.
struct LogSpace {
    private static let piece = [UInt8](repeating: 0, count: 64 << 10)
    /// By how much the file grows at least, in bytes.
    private static let step = 256 << 10

    private let connection: SQLiteConnection
    private let frameLength: Int
    /// How long the file is made at most; behind it SQLite appends.
    private let limit: Int
    private var length: Int
    private var used = 0

    init(_ connection: SQLiteConnection, pageSize: Int, checkpointBytes: Int) {
        self.connection = connection
        frameLength = 24 + pageSize
        limit = checkpointBytes / max(512, pageSize) * frameLength
        length = LogSpace.length(of: connection.log) ?? limit
    }

    /// To be called when the outcome of a commit has been told: makes room for the next ones, of which each may be
    /// twice as long as the last.
    mutating func extend() {
        let end = connection.logPages * frameLength
        let last = end - (end < used ? 0 : used)
        used = end
        let wanted = min(end + max(LogSpace.step, last * 2), limit)
        guard wanted > length else { return }
        extend(to: min(max(wanted, length + LogSpace.step), limit))
    }

    /// A disk that has no room, or fails, leaves the file as it is: then commits append, and report it.
    private mutating func extend(to end: Int) {
        guard let log = connection.log, let write = log.pointee.pMethods?.pointee.xWrite else { return }
        let size = LogSpace.piece.count
        var offset = (length + size - 1) / size * size
        while offset < end {
            let code = LogSpace.piece.withUnsafeBytes { write(log, $0.baseAddress, Int32(size), Int64(offset)) }
            guard code == SQLITE_OK else {
                length = limit
                return
            }
            offset += size
            length = offset
        }
    }

    private static func length(of log: UnsafeMutablePointer<sqlite3_file>?) -> Int? {
        guard let log, let fileSize = log.pointee.pMethods?.pointee.xFileSize else { return nil }
        var length: Int64 = 0
        return fileSize(log, &length) == SQLITE_OK ? Int(length) : nil
    }
}
