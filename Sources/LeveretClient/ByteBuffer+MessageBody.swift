public import LeveretModel
public import NIOCore

extension ByteBuffer: MessageBody {
    /// Calls `access` with the readable bytes.
    public func withUnsafeBodyBytes<Result>(
        _ access: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withUnsafeReadableBytes(access)
    }
}
