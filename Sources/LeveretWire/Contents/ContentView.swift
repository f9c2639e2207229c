/// A content whose frames all lie in the read buffer, right behind the method that it belongs to.
package struct ContentView {
    /// The flag words and the property list, not yet checked.
    package var properties: UnsafeRawBufferPointer
    package var body: UnsafeRawBufferPointer
}

extension FrameDecoder {
    /// The content that follows a method, in place, if it is all there: a header frame and at most one body frame.
    ///
    /// This is the quick way for the usual small message. Whatever is not usual, also every error, answers `nil` and
    /// moves nothing; the frames then go through `ContentAssembler` one by one.
    ///
    /// - Parameters:
    ///   - classID: the class of the method.
    ///   - bodyLimit: a longer body is not taken this way.
    ///   - offset: where the header frame begins; moved behind the content.
    package func wholeContent(
        channel: UInt16,
        classID: UInt16,
        bodyLimit: Int,
        in bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) -> ContentView? {
        guard let header = part(.header, of: channel, in: bytes, at: offset),
            header.count >= ContentHeaderView.fixedSize + 2,
            header.uint16(at: 0) == classID
        else { return nil }
        let properties = header.part(ContentHeaderView.fixedSize, header.count)
        let headerEnd = offset + FrameLimits.overhead + header.count
        let bodySize = header.uint64(at: 4)
        if bodySize == 0 {
            offset = headerEnd
            return ContentView(properties: properties, body: header.part(header.count, header.count))
        }
        guard bodySize <= UInt64(max(bodyLimit, 0)),
            let body = part(.body, of: channel, in: bytes, at: headerEnd),
            UInt64(body.count) == bodySize
        else { return nil }
        offset = headerEnd + FrameLimits.overhead + body.count
        return ContentView(properties: properties, body: body)
    }

    /// The payload of the frame at this place if it is complete, well formed and what is expected.
    private func part(
        _ kind: FrameKind,
        of channel: UInt16,
        in bytes: UnsafeRawBufferPointer,
        at offset: Int
    ) -> UnsafeRawBufferPointer? {
        let available = bytes.count - offset
        guard available >= FrameLimits.overhead,
            bytes[offset] == kind.rawValue,
            bytes.uint16(at: offset + 1) == channel
        else { return nil }
        let size = Int(bytes.uint32(at: offset + 3))
        let end = offset + FrameLimits.headerSize + size
        guard size <= payloadLimit, available >= size + FrameLimits.overhead, bytes[end] == FrameLimits.frameEnd
        else { return nil }
        return bytes.part(offset + FrameLimits.headerSize, end)
    }
}
