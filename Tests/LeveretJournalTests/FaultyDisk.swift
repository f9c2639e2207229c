import CFaultyDisk
import LeveretJournal
import Synchronization

/// A file system for SQLite in which operations fail when a test says so, and which can tell what was done to it.
final class FaultyDisk {
    typealias Operation = faulty_disk_operation

    struct Entry {
        var operation: Operation
        var file: String
        var number: Int
        var bytes: [UInt8]
    }

    private static let count = Atomic<Int>(0)
    let name: String
    private let disk: OpaquePointer

    init() throws {
        name = "faulty-\(FaultyDisk.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        guard let disk = faulty_disk_create(name) else { throw OutOfMemory() }
        self.disk = disk
    }

    struct OutOfMemory: Error {}

    deinit { faulty_disk_destroy(disk) }

    /// Lets the operation fail the nth time from now, once.
    func fail(_ operation: Operation, nth: Int, error: Int32, persists: Bool = false) {
        faulty_disk_fail(disk, operation, Int32(nth), error, persists)
    }

    func heal() { faulty_disk_heal(disk) }

    /// Whether the failure that was asked for last has happened.
    var hasFailed: Bool { faulty_disk_has_failed(disk) }

    func record() { faulty_disk_record(disk) }

    func remark(_ number: Int) { faulty_disk_remark(disk, Int64(number)) }

    var entries: [Entry] {
        (0..<faulty_disk_entry_count(disk)).map { index in
            let entry = faulty_disk_entry_at(disk, index)
            return Entry(
                operation: entry.operation,
                file: String(cString: entry.file),
                number: Int(entry.offset),
                bytes: Array(UnsafeBufferPointer(start: entry.bytes, count: entry.length))
            )
        }
    }
}
