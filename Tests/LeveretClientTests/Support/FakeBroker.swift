import LeveretModel
import LeveretWire
import NIOCore
import NIOPosix
import Synchronization

/// A peer on a real socket that opens every connection and channel, and hangs up as it is told.
final class FakeBroker: Sendable {
    /// What it does with a connection.
    enum Behaviour: Sendable {
        case serve
        /// Hangs up when a channel is opened.
        case hangUpOnChannel
        /// Closes the connection with an error when a channel is opened.
        case closeOnChannel(UInt16)
        /// Refuses the login.
        case refuseLogin
    }

    let port: Int
    private let listener: any Channel

    private init(listener: any Channel) {
        self.listener = listener
        port = listener.localAddress?.port ?? 0
    }

    /// Listens for as long as `body` runs. The behaviours are for the first, second, ... connection; the last one
    /// stays.
    static func run(_ behaviours: [Behaviour], _ body: (FakeBroker) async throws -> Void) async throws {
        let remaining = Mutex(behaviours)
        let next: @Sendable () -> Behaviour = {
            remaining.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .serve }
        }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FakeBrokerHandler(next()))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let broker = FakeBroker(listener: listener)
        do {
            try await body(broker)
        } catch {
            try? await listener.close()
            throw error
        }
        try await listener.close()
    }
}

private final class FakeBrokerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: FakeBroker.Behaviour
    private var received = ByteBuffer()

    init(_ behaviour: FakeBroker.Behaviour) { self.behaviour = behaviour }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            for frame in try SentFrame.read(received) { try answer(frame, context) }
            received.clear()
        } catch {
            context.close(promise: nil)
        }
    }

    private func answer(_ frame: SentFrame, _ context: ChannelHandlerContext) throws {
        switch (frame, behaviour) {
        case (.protocolHeader, _): try send(BrokerBytes.start, context)
        case (.method(_, .connectionStartOk), .refuseLogin):
            try send(
                .connectionClose(.init(replyCode: 403, replyText: "ACCESS_REFUSED", classID: 0, methodID: 0)),
                context
            )
        case (.method(_, .connectionStartOk), _): try send(BrokerBytes.tune(), context)
        case (.method(_, .connectionOpen), _): try send(BrokerBytes.openOk, context)
        case (.method(_, .connectionClose), _): try send(BrokerBytes.closeOk, context)
        case (.method(_, .channelOpen), .hangUpOnChannel): context.close(promise: nil)
        case (.method(_, .channelOpen), .closeOnChannel(let code)):
            try send(.connectionClose(.init(replyCode: code, replyText: "", classID: 0, methodID: 0)), context)
        case (.method(let number, .channelOpen), _): try send(BrokerBytes.channelOpenOk, context, channel: number)
        case (.method(let number, .channelClose), _): try send(BrokerBytes.channelCloseOk, context, channel: number)
        default: return
        }
    }

    private func send(_ method: Method, _ context: ChannelHandlerContext, channel number: UInt16 = 0) throws {
        context.writeAndFlush(wrapOutboundOut(try BrokerBytes.method(method, channel: number)), promise: nil)
    }
}
