import LeveretCore
import LeveretModel

extension DeduplicationEntry: DefinitionRow {
    static let table = DefinitionTable(
        name: "deduplication",
        keys: ["scope", "key"],
        others: ["serial", "expires_at"]
    )

    /// Deletes everything that one window remembers.
    static let deleteScopeSQL = "DELETE FROM deduplication WHERE scope = ?"

    func columnValues() throws -> [ColumnValue] {
        [
            try scope.columnValue(), .blob(key), .integer(Int64(bitPattern: serial)),
            .integer(Int64(bitPattern: expiresAt)),
        ]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            scope: try DeduplicationScope(encoded: try columns.blob()),
            key: try columns.blob(),
            serial: UInt64(bitPattern: try columns.integer()),
            expiresAt: UInt64(bitPattern: try columns.integer())
        )
    }
}

extension DeduplicationScope {
    private static let queueKind: UInt8 = 0
    private static let exchangeKind: UInt8 = 1

    /// The scope as bytes: its kind, then the queue's number or the exchange's two names. Part of the format.
    func columnValue() throws -> ColumnValue {
        var bytes: [UInt8] = []
        switch self {
        case .queue(let id):
            bytes.append(DeduplicationScope.queueKind)
            bytes.append(bigEndian: id.rawValue)
        case .exchange(let virtualHost, let name):
            bytes.append(DeduplicationScope.exchangeKind)
            try bytes.append(longString: virtualHost.utf8)
            try bytes.append(longString: name.utf8)
        }
        return .blob(bytes)
    }

    fileprivate init(encoded: [UInt8]) throws {
        self = try encoded.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let scope: DeduplicationScope
            switch try reader.readUInt8() {
            case DeduplicationScope.queueKind: scope = .queue(QueueID(rawValue: try reader.readUInt64()))
            case DeduplicationScope.exchangeKind:
                let virtualHost = String(decoding: try reader.readLongStringBytes(), as: UTF8.self)
                let name = String(decoding: try reader.readLongStringBytes(), as: UTF8.self)
                scope = .exchange(virtualHost: virtualHost, name: name)
            default: throw ColumnReader.Mismatch()
            }
            try reader.requireEnd()
            return scope
        }
    }
}

extension DeduplicationEntry {
    /// By scope (queues first), then by serial.
    func precedes(_ other: DeduplicationEntry) -> Bool {
        switch (scope, other.scope) {
        case (.queue(let left), .queue(let right)): (left.rawValue, serial) < (right.rawValue, other.serial)
        case (.exchange(let leftHost, let left), .exchange(let rightHost, let right)):
            (leftHost, left, serial) < (rightHost, right, other.serial)
        case (.queue, .exchange): true
        case (.exchange, .queue): false
        }
    }
}
