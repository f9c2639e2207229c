import LeveretModel

/// The header frame and the body frames of a content, ready to be measured and stored.
struct ContentFrames {
    let channel: UInt16
    private let properties: UnsafeRawBufferPointer
    private let body: UnsafeRawBufferPointer
    private let partLimit: Int

    init(channel: UInt16, properties: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer, frameMax: Int) {
        self.channel = channel
        self.properties = properties
        self.body = body
        partLimit = FrameLimits.bodyPartLimit(frameMax: frameMax)
    }

    private var headerPayload: Int { ContentHeaderView.fixedSize + properties.count }

    private var bodyFrameCount: Int { body.isEmpty ? 0 : (body.count - 1) / partLimit + 1 }

    /// How many bytes all the frames take.
    var size: Int {
        FrameLimits.overhead + headerPayload + FrameLimits.overhead * bodyFrameCount + body.count
    }

    @inline(__always)
    func store(with writer: inout RawWriter) {
        writer.beginFrame(.header, channel: channel, payload: headerPayload)
        writer.store(BasicPublish.id.classID)
        writer.store(UInt16(0))
        writer.store(UInt64(body.count))
        writer.store(properties)
        writer.endFrame()
        var start = 0
        while start < body.count {
            let end = min(start + partLimit, body.count)
            writer.beginFrame(.body, channel: channel, payload: end - start)
            writer.store(body.part(start, end))
            writer.endFrame()
            start = end
        }
    }
}
