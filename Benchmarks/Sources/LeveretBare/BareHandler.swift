import LeveretModel
import LeveretWire
import NIOCore

/// Answers what a client says on its way to a channel, and what it says there to give a message and get it back.
final class BareHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let start = encoded(
        .connectionStart(
            ConnectionStart(
                versionMajor: 0,
                versionMinor: 9,
                serverProperties: ["product": "bare"],
                mechanisms: "PLAIN",
                locales: "en_US"
            )
        )
    )
    private static let answers: [MethodID: ByteBuffer] = [
        ConnectionStartOk.id: encoded(
            .connectionTune(ConnectionTune(channelMax: 2_047, frameMax: 131_072, heartbeat: 60))
        ),
        ConnectionOpen.id: encoded(.connectionOpenOk(ConnectionOpenOk())),
        QueueDeclare.id: encoded(
            .queueDeclareOk(QueueDeclareOk(queue: "", messageCount: 0, consumerCount: 0)),
            channel: 1
        ),
        BasicGet.id: encoded(
            .basicGetOk(
                BasicGetOk(deliveryTag: 1, redelivered: false, exchange: "", routingKey: "", messageCount: 0)
            ),
            channel: 1
        ),
        ChannelOpen.id: encoded(.channelOpenOk(ChannelOpenOk()), channel: 1),
        ChannelClose.id: encoded(.channelCloseOk(ChannelCloseOk()), channel: 1),
        ConnectionClose.id: encoded(.connectionCloseOk(ConnectionCloseOk())),
    ]

    private var gathered = ByteBuffer()
    /// The frames of the message that was published last, without its method.
    private var content = ByteBuffer()
    private var hasStarted = false

    private static func encoded(_ method: Method, channel: UInt16 = 0) -> ByteBuffer {
        var buffer = ByteBuffer()
        do {
            try method.encode(channel: channel, into: &buffer)
        } catch {
            fatalError("an answer cannot be encoded: \(error)")
        }
        return buffer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        gathered.writeBuffer(&received)
        if !hasStarted {
            guard gathered.readSlice(length: ProtocolHeader.supported.count) != nil else { return }
            hasStarted = true
            context.write(wrapOutboundOut(BareHandler.start), promise: nil)
        }
        do {
            while try answerNextFrame(context) {}
        } catch {
            context.close(promise: nil)
        }
        gathered.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// False if the next frame is not there yet.
    private func answerNextFrame(_ context: ChannelHandlerContext) throws -> Bool {
        var length = 0
        var method: MethodID?
        try gathered.withUnsafeReadableBytes { bytes in
            guard let frame = try FrameDecoder.beforeTuning.nextFrame(in: bytes, at: &length) else { return }
            if frame.kind == .method { method = try frame.methodID }
        }
        guard length > 0, let frame = gathered.readSlice(length: length) else { return false }
        guard let method else {
            content.writeImmutableBuffer(frame)
            return true
        }
        if method == BasicPublish.id { content.clear() }
        if let answer = BareHandler.answers[method] { context.write(wrapOutboundOut(answer), promise: nil) }
        if method == BasicGet.id { context.write(wrapOutboundOut(content), promise: nil) }
        return true
    }
}
