/// Bytes that can be published as a message's body without an intermediate copy.
public protocol MessageBody: Sendable {
    /// Calls `access` with the bytes, which are valid only during the call.
    func withUnsafeBodyBytes<Result>(_ access: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension [UInt8]: MessageBody {
    /// Calls `access` with the array's storage.
    public func withUnsafeBodyBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withUnsafeBytes(access)
    }
}

extension ArraySlice<UInt8>: MessageBody {
    /// Calls `access` with the slice's storage.
    public func withUnsafeBodyBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withUnsafeBytes(access)
    }
}

extension String: MessageBody {
    /// Calls `access` with the string's UTF-8.
    public func withUnsafeBodyBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        var copy = self
        return try copy.withUTF8 { try access(UnsafeRawBufferPointer($0)) }
    }
}
