import LeveretCore

/// What lives in a segment, as a row: a number for each run's queue, first ordinal, how many more there are, bytes of
/// the bodies and priority. A start reads these instead of indexes.
struct SegmentSummaryRow {
    let id: UInt64
    let length: Int
    let runs: [SegmentRun]

    static let selectSQL = "SELECT id, length, checksum, runs FROM segment_summary ORDER BY id"

    /// Reads the columns id, length, checksum and runs.
    init(_ statement: SQLiteStatement) throws {
        let id = UInt64(bitPattern: statement.integer(0))
        let length = statement.integer(1)
        let stored = statement.integer(2)
        let runs = try statement.withBlob(3) { bytes -> [SegmentRun]? in
            guard Self.checksum(of: bytes, id: id, length: length).stored == stored else { return nil }
            return Self.decode(bytes)
        }
        guard let runs, let length = Int(exactly: length), length >= 0 else {
            throw Damage(table: "segment_summary", row: "\(id)", "the runs do not match their checksum")
        }
        (self.id, self.length, self.runs) = (id, length, runs)
    }

    static func checksum(of bytes: UnsafeRawBufferPointer, id: UInt64, length: Int64) -> Checksum {
        Checksum(bytes, domain: .segmentSummary, identity: id, length: UInt64(bitPattern: length))
    }

    static func encode(_ runs: [SegmentRun]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(runs.count * 16)
        for run in runs {
            VariableLengthNumber.append(run.queue.rawValue, to: &bytes)
            VariableLengthNumber.append(run.first, to: &bytes)
            VariableLengthNumber.append(run.last &- run.first, to: &bytes)
            VariableLengthNumber.append(run.bodyBytes, to: &bytes)
            VariableLengthNumber.append(UInt64(run.priority), to: &bytes)
        }
        return bytes
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) -> [SegmentRun]? {
        var runs: [SegmentRun] = []
        var offset = 0
        while offset < bytes.count {
            guard let queue = VariableLengthNumber.read(bytes, at: &offset),
                let first = VariableLengthNumber.read(bytes, at: &offset),
                let more = VariableLengthNumber.read(bytes, at: &offset), more < UInt64(UInt32.max),
                let bodyBytes = VariableLengthNumber.read(bytes, at: &offset),
                let priority = VariableLengthNumber.read(bytes, at: &offset).flatMap(UInt8.init(exactly:))
            else { return nil }
            let (last, overflow) = first.addingReportingOverflow(more)
            guard !overflow else { return nil }
            runs.append(
                SegmentRun(
                    queue: QueueID(rawValue: queue),
                    first: first,
                    last: last,
                    bodyBytes: bodyBytes,
                    priority: priority
                )
            )
        }
        return runs
    }
}

extension SegmentSummaryRow {
    /// A summary goes together with its segment, so one without means that a segment was lost.
    var orphanDamage: Damage {
        Damage(table: "segment_summary", row: "\(id)", "segment \(id), whose summary this is, is missing")
    }
}

extension SegmentSummary {
    init(_ row: SegmentSummaryRow) {
        self.init(segment: SegmentID(rawValue: row.id), length: row.length, runs: row.runs)
    }
}

/// Goes through all summaries by rising segment.
struct SegmentSummaryRows {
    private let statement: SQLiteStatement
    private(set) var next: SegmentSummaryRow?

    init(_ connection: SQLiteConnection) throws {
        statement = try connection.prepare(SegmentSummaryRow.selectSQL)
        try advance()
    }

    mutating func advance() throws {
        next = try statement.step() ? try SegmentSummaryRow(statement) : nil
    }
}

/// Writes and deletes summaries of segments.
final class SegmentSummaryWriter {
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement

    init(_ connection: SQLiteConnection) throws {
        insert = try connection.prepare(
            "INSERT OR REPLACE INTO segment_summary (id, length, checksum, runs) VALUES (?, ?, ?, ?)"
        )
        delete = try connection.prepare("DELETE FROM segment_summary WHERE id = ?")
    }

    func write(_ summary: SegmentSummary) throws {
        let (id, length) = (summary.segment.rawValue, Int64(summary.length))
        try SegmentSummaryRow.encode(summary.runs).withUnsafeBytes { bytes in
            defer { insert.reset() }
            try insert.bind(Int64(id), at: 1)
            try insert.bind(length, at: 2)
            try insert.bind(SegmentSummaryRow.checksum(of: bytes, id: id, length: length).stored, at: 3)
            try insert.bind(inPlace: bytes, at: 4)
            try insert.run()
        }
    }

    func delete(_ segment: UInt64) throws {
        try delete.bind(Int64(segment), at: 1)
        try delete.run()
    }
}
