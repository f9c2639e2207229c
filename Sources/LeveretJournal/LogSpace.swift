import CSQLite

/// Keeps the file of the write-ahead log longer than what is in it, with zeros written in large pieces.
///
/// What SQLite appends frame by frame the operating system keeps, and gives to the disk, in pieces of a page; and each
/// commit that makes the file longer has to force out where its new bytes lie, too. Over bytes that are there already,
/// and are kept in large pieces, a commit is forced to the disk in half the time (`Docs/Performance.md`).
///
/// Only what lies behind the file's end is written, so that nothing that SQLite wrote is touched. Zeros are no frame:
/// what a start recovers ends before them.
struct LogSpace {
    private let connection: SQLiteConnection
    private let frameLength: Int
    private let piece: [UInt8]
    /// How long the file is made at most; behind it SQLite appends.
    private let limit: Int
    /// How long the file is at least.
    private var length = 0
    /// Where the log ended after the last commit.
    private var end = 0

    init(_ connection: SQLiteConnection, pageSize: Int, settings: JournalSettings) {
        self.connection = connection
        frameLength = WriteAheadLog.frameLength(pageSize: pageSize)
        limit = settings.checkpointBytes / max(512, pageSize) * frameLength
        piece = [UInt8](repeating: 0, count: settings.logPieceBytes)
    }

    /// By how much the file grows at least.
    private var step: Int { piece.count * 4 }

    /// To be called when the outcome of a commit has been told: makes room for the next ones, of which each may be
    /// twice as long as the last.
    mutating func extend() {
        let newEnd = connection.logPages * frameLength
        let last = newEnd - (newEnd < end ? 0 : end)
        end = newEnd
        let wanted = min(end + max(step, last * 2), limit)
        guard wanted > length, let log = connection.log, let actual = LogSpace.length(of: log) else { return }
        length = actual
        if wanted > length { extend(log, to: min(max(wanted, length + step), limit)) }
    }

    /// A disk that has no room, or fails, leaves the file as it is: then commits append, and report it.
    private mutating func extend(_ log: UnsafeMutablePointer<sqlite3_file>, to end: Int) {
        guard let write = log.pointee.pMethods?.pointee.xWrite else { return }
        var offset = (length + piece.count - 1) / piece.count * piece.count
        while offset < end {
            let code = piece.withUnsafeBytes { write(log, $0.baseAddress, Int32(piece.count), Int64(offset)) }
            guard code == SQLITE_OK else {
                length = .max
                return
            }
            offset += piece.count
            length = offset
        }
    }

    private static func length(of log: UnsafeMutablePointer<sqlite3_file>) -> Int? {
        var length: Int64 = 0
        guard log.pointee.pMethods?.pointee.xFileSize?(log, &length) == SQLITE_OK else { return nil }
        return Int(length)
    }
}
