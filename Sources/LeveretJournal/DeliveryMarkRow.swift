import LeveretCore

/// A row that says how far a queue has been delivered.
enum DeliveryMarkRow {
    static let selectSQL = "SELECT queue, ordinal, checksum FROM delivery_mark"

    /// Reads the columns queue, ordinal and checksum.
    static func read(_ statement: SQLiteStatement) throws -> DeliveryMark {
        let mark = mark(statement)
        guard checksum(of: mark).stored == statement.integer(2) else {
            throw Damage(
                table: "delivery_mark",
                row: "\(mark.queue.rawValue)",
                "the row does not match its checksum"
            )
        }
        return mark
    }

    static func checksum(of mark: DeliveryMark) -> Checksum {
        Checksum([], domain: .deliveryMark, identity: mark.queue.rawValue, length: mark.ordinal)
    }

    private static func mark(_ statement: SQLiteStatement) -> DeliveryMark {
        DeliveryMark(
            queue: QueueID(rawValue: UInt64(bitPattern: statement.integer(0))),
            ordinal: UInt64(bitPattern: statement.integer(1))
        )
    }

    /// Gives rows of the first format, which had no checksums, theirs.
    static func writeChecksums(_ connection: SQLiteConnection) throws {
        let rows = try connection.prepare("SELECT queue, ordinal FROM delivery_mark")
        var marks: [DeliveryMark] = []
        while try rows.step() { marks.append(mark(rows)) }
        let update = try connection.prepare("UPDATE delivery_mark SET checksum = ? WHERE queue = ?")
        for mark in marks {
            try update.bind(checksum(of: mark).stored, at: 1)
            try update.bind(Int64(bitPattern: mark.queue.rawValue), at: 2)
            try update.run()
        }
    }
}

/// Writes how far queues have been delivered.
final class DeliveryMarkWriter {
    private let put: SQLiteStatement

    init(_ connection: SQLiteConnection) throws {
        put = try connection.prepare(
            "INSERT OR REPLACE INTO delivery_mark (queue, ordinal, checksum) VALUES (?, ?, ?)"
        )
    }

    func write(_ mark: DeliveryMark) throws {
        try put.bind(Int64(bitPattern: mark.queue.rawValue), at: 1)
        try put.bind(Int64(bitPattern: mark.ordinal), at: 2)
        try put.bind(DeliveryMarkRow.checksum(of: mark).stored, at: 3)
        try put.run()
    }
}
