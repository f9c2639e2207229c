import LeveretModel

/// A content header where it lies in the read buffer.
package struct ContentHeaderView {
    /// The class of the method that the content belongs to.
    package var classID: UInt16
    /// How many bytes of body follow.
    package var bodySize: UInt64
    /// The flag words and the property list, not yet checked.
    package var properties: UnsafeRawBufferPointer

    /// Class, weight and body size come before the properties.
    static let fixedSize = 12

    /// Reads the payload of a header frame.
    ///
    /// - Throws: 502 if it is too short.
    package init(payload: UnsafeRawBufferPointer) throws(WireError) {
        guard payload.count >= Self.fixedSize + 2 else {
            throw WireError(.syntaxError, "a content header of \(payload.count) bytes")
        }
        classID = payload.uint16(at: 0)
        bodySize = payload.uint64(at: 4)
        properties = payload.part(Self.fixedSize, payload.count)
    }
}
