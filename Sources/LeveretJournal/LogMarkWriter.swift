import LeveretCore

/// Keeps the mark beside the log up to date.
final class LogMarkWriter {
    private let file: VirtualFile
    private let logPath: String
    private let pageSize: Int
    private let state: LogMark.State
    /// How far the mark says that the log reaches.
    private var position = LogPosition()
    /// The log's, opened at the first commit: before it there may be no log.
    private var log: Int32 = -1

    init(_ directory: DataDirectory, settings: JournalSettings, pageSize: Int) throws {
        file = try VirtualFile(path: directory.logMark, fileSystem: settings.fileSystem)
        logPath = directory.writeAheadLog
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
        try file.write(LogMark(state: state).encoded)
        try file.synchronize()
    }

    /// The log has been committed up to that frame. A mark that cannot be written stays behind, which is no harm.
    func committed(frames: Int) {
        guard state == .durable else { return }
        if log < 0 { log = openFileToRead(logPath) }
        guard log >= 0,
            let position = WriteAheadLog.position(descriptor: log, frames: frames, pageSize: pageSize)
        else { return }
        self.position = position
        try? file.write(LogMark(state: state, position: position).encoded)
    }

    /// Everything in the log is in the database, on the disk. So the log need not be there any more, nor be whole: its
    /// header, for one, may be torn when it starts over.
    func movedIntoDatabase() {
        guard state == .durable, position.frames > 0 else { return }
        // A mark that cannot be written goes on demanding the log, which is no harm as long as it is there.
        try? file.write(LogMark(state: state, position: position, isMoved: true).encoded)
    }

    /// The log is about to be moved into the database and deleted.
    func close() throws {
        try file.write(LogMark(state: .closed).encoded)
        try file.synchronize()
    }
}
