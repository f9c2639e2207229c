package import LeveretModel
package import NIOCore

/// The typed fields of one method; the reserved ones are left out.
package protocol MethodFields: Sendable, Hashable {
    /// The method's class and method number.
    static var id: MethodID { get }

    /// Reads the fields that follow the method's number.
    init(from reader: inout MethodReader) throws(WireError)

    /// Writes the fields that follow the method's number.
    func write(to writer: inout MethodWriter) throws(EncodingError)
}

extension MethodFields {
    /// Reads the payload of a frame that must hold this method.
    package init(decoding payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = try MethodReader(payload)
        guard reader.method == Self.id else {
            let explanation = "expected \(Self.id.name), got \(reader.method.name)"
            throw WireError(.commandInvalid, explanation, method: reader.method)
        }
        try self.init(from: &reader)
        try reader.requireEnd()
    }

    /// Writes the complete frame. On an error nothing is written.
    package func encode(channel: UInt16, into buffer: inout ByteBuffer) throws(WireError) {
        var writer = MethodWriter(Self.id, channel: channel)
        do throws(EncodingError) {
            try write(to: &writer)
            try writer.finish(into: &buffer)
        } catch {
            throw WireError(error, method: Self.id)
        }
    }
}
