import LeveretCore

/// Keeps the mark beside the log up to date.
final class LogMarkWriter {
    private let directory: DataDirectory
    private let fileSystem: String?
    private let pageSize: Int
    private let state: LogMark.State
    /// Whether the mark on the disk says nothing of this journal yet.
    private var isDue = false
    /// How far the mark says that the log reaches.
    private var position = LogPosition()
    /// Opened when it is first written: an empty one would be taken for damage.
    private var file: VirtualFile?
    /// The log's, opened at the first commit: before it there may be no log.
    private var log: Int32 = -1

    init(_ directory: DataDirectory, settings: JournalSettings, pageSize: Int) {
        self.directory = directory
        fileSystem = settings.fileSystem
        self.pageSize = pageSize
        state = settings.durability == .full ? .durable : .open
    }

    deinit { closeFile(log) }

    /// The journal is in use. To be called once, after the start has read the log: what the mark that was found says
    /// of the log still holds if it was made with the same durability; otherwise nothing is promised yet.
    func open(after found: LogMark?) throws {
        if let found, found.state == state, state == .durable {
            position = found.position
            return
        }
        isDue = true
        if let found, found.state != .closed { try prepare() }
    }

    /// Sees to it that what is committed from now on would be missed. To be called before something is; as long as nothing
    /// is, a start need not wait for the disk.
    func prepare() throws {
        guard isDue else { return }
        try write(LogMark(state: state)).synchronize()
        isDue = false
    }

    /// The log has been committed up to that frame. A mark that cannot be written stays behind, which is no harm.
    func committed(frames: Int) {
        guard state == .durable else { return }
        if log < 0 { log = openFileToRead(directory.writeAheadLog) }
        guard log >= 0,
            let position = WriteAheadLog.position(descriptor: log, frames: frames, pageSize: pageSize)
        else { return }
        self.position = position
        _ = try? write(LogMark(state: state, position: position))
    }

    /// Everything in the log is in the database, on the disk. So the log need not be there any more, nor be whole: its
    /// header, for one, may be torn when it starts over.
    func movedIntoDatabase() {
        guard state == .durable, position.frames > 0 else { return }
        // A mark that cannot be written goes on demanding the log, which is no harm as long as it is there.
        _ = try? write(LogMark(state: state, position: position, isMoved: true))
    }

    /// The log is about to be moved into the database and deleted.
    func close() throws {
        try write(LogMark(state: .closed)).synchronize()
    }

    private func write(_ mark: LogMark) throws -> VirtualFile {
        let file = try self.file ?? VirtualFile(path: directory.logMark, fileSystem: fileSystem)
        self.file = file
        try file.write(mark.encoded)
        return file
    }
}
