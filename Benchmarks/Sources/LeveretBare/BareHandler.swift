import LeveretModel
import LeveretWire
import NIOCore

/// Answers what a client says on its way to a channel.
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
        ChannelOpen.id: encoded(.channelOpenOk(ChannelOpenOk()), channel: 1),
        ChannelClose.id: encoded(.channelCloseOk(ChannelCloseOk()), channel: 1),
        ConnectionClose.id: encoded(.connectionCloseOk(ConnectionCloseOk())),
    ]

    private var gathered = ByteBuffer()
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
            while let id = try nextMethod() {
                if let answer = BareHandler.answers[id] { context.write(wrapOutboundOut(answer), promise: nil) }
            }
        } catch {
            context.close(promise: nil)
        }
        gathered.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// Nil if the next frame is not there yet.
    private func nextMethod() throws -> MethodID? {
        var length = 0
        let id = try gathered.withUnsafeReadableBytes { bytes in
            try FrameDecoder.beforeTuning.nextFrame(in: bytes, at: &length).map { try $0.methodID }
        }
        gathered.moveReaderIndex(forwardBy: length)
        return id
    }
}
