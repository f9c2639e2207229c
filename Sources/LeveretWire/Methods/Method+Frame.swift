package import LeveretModel
package import NIOCore

extension Method {
    /// Reads the payload of a method frame, which begins with the class and method number.
    ///
    /// - Throws: 503 for numbers that no method has, 501 for text that is not UTF-8, 502 for fields that do not fit
    ///   the payload exactly.
    package init(decoding payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = try MethodReader(payload)
        guard let method = try Method.read(reader.method, from: &reader) else {
            throw WireError(.commandInvalid, "unknown method \(reader.method.name)", method: reader.method)
        }
        try reader.requireEnd()
        self = method
    }

    /// Writes the complete frame. On an error, such as a name over 255 bytes, nothing is written.
    package func encode(channel: UInt16, into buffer: inout ByteBuffer) throws(WireError) {
        var writer = MethodWriter(id, channel: channel)
        do throws(EncodingError) {
            try write(to: &writer)
            try writer.finish(into: &buffer)
        } catch {
            throw WireError(error, method: id)
        }
    }

    /// Whether a content header and body frames follow the method.
    package var hasContent: Bool { id.hasContent }

    /// Whether the sender waits for an answer.
    package var isSynchronous: Bool { id.isSynchronous }
}

extension MethodID {
    /// The class and method number at the beginning of a method frame's payload.
    package init(payload: UnsafeRawBufferPointer) throws(WireError) {
        guard payload.count >= 4 else { throw WireError(.frameError, "a method frame of \(payload.count) bytes") }
        self.init(classID: payload.uint16(at: 0), methodID: payload.uint16(at: 2))
    }
}
