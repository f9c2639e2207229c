/// A message in the log, read in place.
///
/// Layout, all numbers in the machine's order:
///
///     u32 length of the whole record, rounded up to 8
///     u32 offset of the record in its segment, so that a stripped segment can be laid out again
///     u32 length of the body
///     u32 index of the record in its segment, counted from 0
///     u16 length of exchange and routing key together, with their length bytes
///     u16 flags: 1 if the broker has written the header `x-death`
///     u32 length of the properties
///     exchange and routing key (`AddressView`)
///     properties as received: flag words and property list
///     body
package struct Record {
    static let headerSize = 24
    private let start: UnsafeRawPointer

    init(at start: UnsafeRawPointer) { self.start = start }

    var length: Int { Int(start.loadUnaligned(as: UInt32.self)) }
    var offset: UInt32 { start.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
    var bodyLength: Int { Int(start.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) }
    var index: Int { Int(start.loadUnaligned(fromByteOffset: 12, as: UInt32.self)) }
    private var addressLength: Int { Int(start.loadUnaligned(fromByteOffset: 16, as: UInt16.self)) }
    /// Whether the header `x-death` is the broker's own, and not something that a client published.
    var hasDeathHistory: Bool { start.loadUnaligned(fromByteOffset: 18, as: UInt16.self) & 1 != 0 }
    private var propertiesLength: Int { Int(start.loadUnaligned(fromByteOffset: 20, as: UInt32.self)) }

    package var address: AddressView {
        AddressView(UnsafeRawBufferPointer(start: start + Record.headerSize, count: addressLength))
    }

    /// Flag words and property list as received.
    package var properties: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + Record.headerSize + addressLength, count: propertiesLength)
    }

    package var body: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + Record.headerSize + addressLength + propertiesLength, count: bodyLength)
    }
}

extension Record {
    /// How many bytes the record of a publishing takes.
    static func size(of publishing: PublishingView) -> Int {
        let content =
            headerSize + publishing.address.bytes.count + publishing.properties.count + publishing.body.count
        return (content + 7) & ~7
    }

    /// Writes the record of a publishing; `size(of:)` bytes must be free at `start`.
    static func write(
        _ publishing: PublishingView,
        size: Int,
        offset: Int,
        index: Int,
        at start: UnsafeMutableRawPointer
    ) {
        let address = publishing.address.bytes
        start.storeBytes(of: UInt32(truncatingIfNeeded: size), as: UInt32.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: offset), toByteOffset: 4, as: UInt32.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: publishing.body.count), toByteOffset: 8, as: UInt32.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: index), toByteOffset: 12, as: UInt32.self)
        start.storeBytes(of: UInt16(truncatingIfNeeded: address.count), toByteOffset: 16, as: UInt16.self)
        start.storeBytes(of: publishing.hasDeathHistory ? 1 : 0, toByteOffset: 18, as: UInt16.self)
        start.storeBytes(
            of: UInt32(truncatingIfNeeded: publishing.properties.count),
            toByteOffset: 20,
            as: UInt32.self
        )
        // What fills up the last word is zero.
        start.storeBytes(of: 0, toByteOffset: size - 8, as: UInt64.self)
        var cursor = start + headerSize
        append(address, at: &cursor)
        append(publishing.properties, at: &cursor)
        append(publishing.body, at: &cursor)
    }

    private static func append(_ bytes: UnsafeRawBufferPointer, at cursor: inout UnsafeMutableRawPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        cursor.copyMemory(from: source, byteCount: bytes.count)
        cursor += bytes.count
    }
}

extension Record {
    /// Bytes that the record counts for in an outbound window: its content and what frames add to it.
    var outboundCost: Int { addressLength + propertiesLength + bodyLength + 64 }

    /// Whether a record of at least this many bytes lies at `start` and its parts fit into it.
    static func isWellFormed(at start: UnsafeRawPointer, available: Int, segmentLength: Int) -> Bool {
        guard available >= headerSize else { return false }
        let record = Record(at: start)
        let parts = headerSize + record.addressLength + record.propertiesLength + record.bodyLength
        guard record.length >= parts, record.length <= available else { return false }
        return Int(record.offset) + record.length <= segmentLength && record.addressLength >= 2
    }
}
