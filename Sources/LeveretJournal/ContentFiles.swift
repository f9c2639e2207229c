import LeveretCore

/// The contents of large segments, in files beside the database.
///
/// What SQLite writes it writes twice: into its log, and from there into the database. Contents that come many at a
/// time, or are large, are written once instead: to a file that is forced to the disk before the transaction with their
/// segments is committed. So a row never speaks of a content that is not there, and a content of which no row speaks
/// was never committed (`Docs/Decisions/0012-large-contents-lie-beside-the-database.md`).
final class ContentFiles {
    let reader: ContentReader
    private let directory: DataDirectory
    private let settings: JournalSettings
    private let writer: ContentWriter
    private var space: ContentSpace
    /// How many copies of the database are being made that speak of contents.
    private var holds = 0
    /// Whether the disk knows of all transactions, so that it does not speak of contents that are given back.
    private var logIsForced = false

    init(_ directory: DataDirectory, settings: JournalSettings) {
        self.directory = directory
        self.settings = settings
        reader = ContentReader(directory, fileSystem: settings.fileSystem)
        writer = ContentWriter(directory, settings: settings)
        space = ContentSpace(directory, settings: settings)
    }

    // MARK: Opening

    /// To be called at the start with all places that the database speaks of.
    func recovered(_ places: [ContentPlace]) throws {
        var last: [UInt64: ContentPlace] = [:]
        for place in places {
            space.add(place)
            if place.end >= last[place.file]?.end ?? 0 { last[place.file] = place }
        }
        for place in last.values { try reader.requireWhole(place) }
        for number in directory.contentFiles() {
            writer.found(number)
            // What was written for a transaction that was never committed, or not given back before the end.
            if last[number] == nil { space.foundUnused(number) }
        }
    }

    // MARK: Writing

    /// Whether the contents of a transaction are written to files. A forced write more is worth it only when there is
    /// much to write; and without forced writes a row could be there after a loss of power without its content.
    func areWorthwhile(for segments: [SegmentWrite]) -> Bool {
        guard settings.durability == .full, !segments.isEmpty else { return false }
        return segments.reduce(0) { $0 + $1.contentBytes } >= settings.separateContentBytes
    }

    /// Writes a content of the open transaction.
    func append(_ content: UnsafeRawBufferPointer) throws -> ContentPlace {
        if let current = writer.currentNumber, writer.isBetweenTransactions, mayGiveBack, space.isEmpty(current) {
            space.startOver(current)
            writer.startOver()
        }
        return try writer.append(content) { mayGiveBack ? space.takeEmpty(besides: writer.currentNumber) : nil }
    }

    /// To be called before the transaction is committed.
    func synchronize() throws { try writer.synchronize() }

    func committed() {
        writer.committed()
        logIsForced = settings.durability == .full
    }

    func rolledBack() { writer.rolledBack() }

    /// What the last transaction has changed.
    func apply(_ changes: SegmentLedger.PlaceChanges) {
        for place in changes.added { space.add(place) }
        for place in changes.released { space.release(place) }
    }

    // MARK: Giving back

    /// Everything in the log is in the database, on the disk.
    func movedIntoDatabase() { logIsForced = true }

    private var mayGiveBack: Bool { logIsForced && holds == 0 }

    private var isWaiting: Bool { space.isWaiting(besides: writer.currentNumber) }

    /// Whether there is something to give back as soon as the log is forced to the disk.
    var waitsForLog: Bool { isWaiting && !logIsForced }

    /// Gives back a part of what is done: when there is time, or when it is much. Gives whether there is more.
    func giveBack(isIdle: Bool) -> Bool {
        guard mayGiveBack else { return false }
        // A file that a single content has made long is not kept for the next ones.
        if let current = writer.currentNumber, writer.currentIsOversized, space.isEmpty(current) { writer.leave() }
        if isWaiting, isIdle || space.isFull {
            space.giveBack(besides: writer.currentNumber) { reader.forget($0) }
        }
        return isWaiting
    }

    /// Keeps every content that the database speaks of now, until the hold is gone.
    func hold() -> Hold { Hold(self) }

    final class Hold {
        private let contents: ContentFiles

        fileprivate init(_ contents: ContentFiles) {
            self.contents = contents
            contents.holds += 1
        }

        deinit { contents.holds -= 1 }
    }
}

extension SegmentWrite {
    /// How many bytes are to be written.
    var contentBytes: Int { pieces.reduce(0) { $0 + $1.count } }
}
