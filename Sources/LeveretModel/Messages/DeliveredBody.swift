/// The body of a delivery. It is read in place and stays valid as long as this value is held.
public struct DeliveredBody: Sendable {
    private let owner: any AnyObject & Sendable
    private let start: UInt
    /// The body's length in bytes.
    public let count: Int

    /// Wraps bytes that `owner` keeps alive and unchanged.
    package init(owner: any AnyObject & Sendable, bytes: UnsafeRawBufferPointer) {
        self.owner = owner
        start = UInt(bitPattern: bytes.baseAddress)
        count = bytes.count
    }

    /// Copies bytes into a body of their own.
    package init(copying bytes: some Collection<UInt8>) {
        let copy = OwnedBytes(bytes)
        self.init(owner: copy, bytes: UnsafeRawBufferPointer(copy.storage))
    }

    /// Whether the body holds no byte.
    public var isEmpty: Bool { count == 0 }

    /// Calls `access` with the bytes, which must not be used after the call.
    public func withUnsafeBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        defer { withExtendedLifetime(owner) {} }
        return try access(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count))
    }

    /// A copy of the bytes.
    public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// The body as text; bytes that are not UTF-8 are replaced by U+FFFD.
    public var string: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

/// Bytes with a stable address for as long as the object lives.
private final class OwnedBytes: Sendable {
    nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer  // written only in init

    init(_ bytes: some Collection<UInt8>) {
        storage = .allocate(byteCount: bytes.count, alignment: 1)
        storage.copyBytes(from: bytes)
    }

    deinit { storage.deallocate() }
}
