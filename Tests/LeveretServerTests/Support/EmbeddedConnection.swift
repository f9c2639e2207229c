import Leveret
import LeveretModel
import LeveretWire
import Logging
import NIOCore
import NIOEmbedded

@testable import LeveretServer

/// A client's connection to a broker in memory without a socket: bytes in, bytes out, and time as the test says.
final class EmbeddedConnection {
    let channel = EmbeddedChannel()
    let handler: ConnectionHandler
    let context: ServerContext
    private let gate: SocketGate
    private var reader = FrameReader()

    init(
        broker: Broker,
        configuration: ServerConfiguration = ServerConfiguration(),
        address: String = "127.0.0.1"
    ) throws {
        context = ServerContext(
            broker: broker,
            configuration: configuration,
            registry: ConnectionRegistry(limit: 10),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        gate = SocketGate()
        handler = ConnectionHandler(server: context, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandlers([gate, handler])
        try channel.connect(to: SocketAddress(ipAddress: address, port: 5000)).wait()
    }

    /// A connection that is open, with these channels.
    static func open(
        broker: Broker,
        configuration: ServerConfiguration = ServerConfiguration(),
        channels: [UInt16] = [1],
        frameMax: UInt32 = 131_072,
        heartbeat: UInt16 = 0,
        capabilities: FieldTable = ["consumer_cancel_notify": true, "connection.blocked": true]
    ) throws -> EmbeddedConnection {
        let connection = try EmbeddedConnection(broker: broker, configuration: configuration)
        try connection.send(
            ClientBytes.header + ClientBytes.startOk(capabilities: capabilities)
                + ClientBytes.tuneOk(frameMax: frameMax, heartbeat: heartbeat) + ClientBytes.open()
        )
        for number in channels { try connection.send(ClientBytes.openChannel(number)) }
        _ = try connection.received()
        return connection
    }

    /// One read of these bytes.
    func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func send(_ method: Method, channel number: UInt16 = 1) throws {
        try send(ClientBytes.method(method, channel: number))
    }

    /// All frames that were sent to the client since the last time.
    func received() throws -> [Received] {
        // Another connection's commands may have made deliveries for this one.
        channel.embeddedEventLoop.run()
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { reader.append(buffer.readableBytesView) }
        var frames: [Received] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    /// Bytes that are no frames.
    func receivedBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
        return bytes
    }

    /// The socket takes no more bytes, or takes all that were held back.
    func stopTakingBytes() { gate.isOpen = false }
    func takeBytes() { gate.release() }

    func advance(_ amount: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: amount) }

    var isOpen: Bool { channel.isActive }
    var isBeingRead: Bool { handler.timers.isReadingEnabled }
    var waitingBytes: Int { context.registry.connections.first?.waitingBytes ?? 0 }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }
}

/// Stands for a socket whose peer may stop reading.
final class SocketGate: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    var isOpen = true
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isOpen { context.write(data, promise: promise) } else { held.append((data, promise)) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        held = []
        context.close(mode: mode, promise: promise)
    }

    func release() {
        isOpen = true
        let waiting = held
        held = []
        for (data, promise) in waiting { context?.writeAndFlush(data, promise: promise) }
    }
}
