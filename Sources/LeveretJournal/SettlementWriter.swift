import LeveretCore

/// Writes which messages of a segment are settled, and joins the rows of one segment when they become many.
final class SettlementWriter {
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement
    private let select: SQLiteStatement
    private let rowLimit: Int

    init(_ connection: SQLiteConnection, rowLimit: Int) throws {
        insert = try connection.prepare("INSERT INTO settlement (id, checksum, ranges) VALUES (?, ?, ?)")
        delete = try connection.prepare("DELETE FROM settlement WHERE id BETWEEN ? AND ?")
        select = try connection.prepare(
            "SELECT id, checksum, ranges FROM settlement WHERE id BETWEEN ? AND ? ORDER BY id"
        )
        self.rowLimit = rowLimit
    }

    /// Writes the settlement as the segment's row of the number given, and returns the number of the next.
    func write(_ settlement: SettlementWrite, row: Int) throws -> Int {
        let segment = settlement.segment.rawValue
        guard row >= rowLimit else {
            try insertRow(segment, row: row, settlement.ranges.united)
            return row + 1
        }
        let ranges = (try readRanges(of: segment) + settlement.ranges).united
        try deleteRows(of: segment)
        try insertRow(segment, row: 0, ranges)
        return 1
    }

    func deleteRows(of segment: UInt64) throws {
        let rows = Schema.settlementRows(of: segment)
        try delete.bind(rows.lowerBound, at: 1)
        try delete.bind(rows.upperBound, at: 2)
        try delete.run()
    }

    private func insertRow(_ segment: UInt64, row: Int, _ ranges: [SettledRange]) throws {
        let id = Schema.settlementRows(of: segment).lowerBound + Int64(row)
        try SettledRangeCoding.encode(ranges).withUnsafeBytes { bytes in
            defer { insert.reset() }
            try insert.bind(id, at: 1)
            try insert.bind(SettlementRow.checksum(of: bytes, id: id).stored, at: 2)
            try insert.bind(inPlace: bytes, at: 3)
            try insert.run()
        }
    }

    private func readRanges(of segment: UInt64) throws -> [SettledRange] {
        let rows = Schema.settlementRows(of: segment)
        defer { select.reset() }
        try select.bind(rows.lowerBound, at: 1)
        try select.bind(rows.upperBound, at: 2)
        var ranges: [SettledRange] = []
        while try select.step() {
            ranges += try SettlementRow(select).ranges
        }
        return ranges
    }
}

/// A row of settlements, checked.
struct SettlementRow {
    let id: Int64
    let ranges: [SettledRange]

    var segment: UInt64 { UInt64(bitPattern: id) >> UInt64(Schema.settlementBits) }
    var number: Int { Int(id & ((1 << Int64(Schema.settlementBits)) - 1)) }

    /// Reads the columns id, checksum and ranges.
    init(_ statement: SQLiteStatement) throws {
        let id = statement.integer(0)
        let stored = statement.integer(1)
        let decoded = try statement.withBlob(2) { bytes -> [SettledRange]? in
            guard SettlementRow.checksum(of: bytes, id: id).stored == stored else {
                throw Damage(table: "settlement", row: "\(id)", "the ranges do not match their checksum")
            }
            return SettledRangeCoding.decode(bytes)
        }
        guard let decoded else {
            throw Damage(table: "settlement", row: "\(id)", "the ranges are no ranges")
        }
        self.id = id
        ranges = decoded
    }

    static func checksum(of bytes: UnsafeRawBufferPointer, id: Int64) -> Checksum {
        Checksum(bytes, domain: .settlement, identity: UInt64(bitPattern: id), length: 0)
    }
}
