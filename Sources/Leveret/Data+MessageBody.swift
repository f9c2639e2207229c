public import FoundationEssentials

extension Data: MessageBody {
    /// Calls `access` with the data's storage.
    public func withUnsafeBodyBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withUnsafeBytes(access)
    }
}
