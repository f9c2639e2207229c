import CSQLite

/// Gives pages that nothing uses any more back to the disk, a few at a time. A database that a backlog has made large
/// becomes small again when it is consumed.
struct Vacuum {
    private let connection: SQLiteConnection
    private let stepPages: Int
    /// How many unused pages are kept for what comes next; from twice as many on the rest is given back.
    private let keptPages: Int
    private let freePages: SQLiteStatement
    private(set) var isAwake = true
    private var isRunning = false
    private var hasShrunk = false

    init(_ connection: SQLiteConnection, settings: JournalSettings) throws {
        self.connection = connection
        stepPages = settings.vacuumPages
        let pageSize = Int(try connection.integer("PRAGMA page_size") ?? 0)
        keptPages = settings.unusedBytes / max(512, pageSize)
        freePages = try connection.prepare("PRAGMA freelist_count")
    }

    /// Something was deleted.
    mutating func wakeUp() { isAwake = true }

    /// Gives some pages back; false if there is nothing to give, or no room to write down what is given.
    mutating func step() throws -> Bool {
        guard isAwake else { return false }
        let before = try countFreePages()
        guard before > (isRunning ? keptPages : keptPages * 2) else { return rest() }
        do {
            try connection.execute("PRAGMA incremental_vacuum(\(min(stepPages, before - keptPages)))")
        } catch let error as SQLiteError where error.isOutOfSpace {
            return rest()
        }
        guard try countFreePages() < before else { return rest() }
        isRunning = true
        hasShrunk = true
        return true
    }

    private mutating func rest() -> Bool {
        isAwake = false
        isRunning = false
        return false
    }

    /// Whether pages have been given back since this was last asked.
    mutating func takeHasShrunk() -> Bool {
        defer { hasShrunk = false }
        return hasShrunk
    }

    private func countFreePages() throws -> Int {
        defer { freePages.reset() }
        return try freePages.step() ? Int(freePages.integer(0)) : 0
    }
}
