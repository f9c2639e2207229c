import LeveretModel
import LeveretWire
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import LeveretClient

/// The handler on a channel without a socket, and with a clock that the test moves.
struct ClientHandlerTests {
    private let channel = NIOAsyncTestingChannel()
    private let session: SharedSession

    init() {
        var configuration = ConnectionConfiguration()
        configuration.heartbeat = .seconds(10)
        configuration.closeTimeout = .seconds(5)
        configuration.unlimitedDeliveryBytes = 100
        session = SharedSession(configuration, logger: Logger(label: "test"))
    }

    private func connect() async throws {
        let session = session
        try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(
                ClientHandler(session: session, handshakeTimeout: .seconds(3))
            )
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5672))
        #expect(try await sent() == [.protocolHeader])
    }

    private func open() async throws {
        try await connect()
        for method in [BrokerBytes.start, BrokerBytes.tune(), BrokerBytes.openOk] { try await receive(method) }
        try await session.opened.value()
        _ = try await sent()
    }

    private func receive(_ method: Method, channel number: UInt16 = 0) async throws {
        try await channel.writeInbound(BrokerBytes.method(method, channel: number))
    }

    /// What has been written since the last time.
    private func sent() async throws -> [SentFrame] {
        await channel.testingEventLoop.run()
        var frames: [SentFrame] = []
        while let buffer = try await channel.readOutbound(as: ByteBuffer.self) {
            frames += try SentFrame.read(buffer)
        }
        return frames
    }

    @Test func `a broker that says nothing is given up`() async throws {
        try await connect()
        await channel.testingEventLoop.advanceTime(by: .seconds(3))
        let error = await #expect(throws: ConnectionError.self) { try await session.opened.value() }
        #expect(error?.code == .timedOut)
        #expect(!channel.isActive)
    }

    @Test(arguments: [1, 2])
    func `a broker that falls silent during the handshake is given up`(_ steps: Int) async throws {
        try await connect()
        for method in [BrokerBytes.start, BrokerBytes.tune()].prefix(steps) { try await receive(method) }
        await channel.testingEventLoop.advanceTime(by: .seconds(3))
        let error = await #expect(throws: ConnectionError.self) { try await session.opened.value() }
        #expect(error?.code == .timedOut)
    }

    @Test func `an open connection outlives the time for the handshake`() async throws {
        try await open()
        await channel.testingEventLoop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
    }

    @Test func `heartbeats are sent after half the interval without anything else`() async throws {
        try await open()
        await channel.testingEventLoop.advanceTime(by: .seconds(4))
        #expect(try await sent() == [])
        await channel.testingEventLoop.advanceTime(by: .seconds(1))
        #expect(try await sent() == [.heartbeat])
    }

    @Test func `a broker that is silent for two intervals is given up`() async throws {
        try await open()
        await channel.testingEventLoop.advanceTime(by: .seconds(19))
        #expect(channel.isActive)
        await channel.testingEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(session.perform { $0.endError }?.code == .lost)
    }

    @Test func `any byte keeps a broker alive`() async throws {
        try await open()
        for _ in 1...5 {
            await channel.testingEventLoop.advanceTime(by: .seconds(15))
            var heartbeat = ByteBuffer()
            FrameEncoder.writeHeartbeat(into: &heartbeat)
            try await channel.writeInbound(heartbeat)
        }
        #expect(channel.isActive)
    }

    @Test func `what tasks write is sent in one piece`() async throws {
        try await open()
        // While this runs, the event loop cannot come to what is to be sent.
        try await channel.testingEventLoop.executeInContext {
            for _ in 1...3 { _ = try session.perform { try $0.openChannel(PendingResult()) } }
        }
        await channel.testingEventLoop.run()
        let first = try #require(try await channel.readOutbound(as: ByteBuffer.self))
        #expect(try SentFrame.read(first).count == 3)
        #expect(try await channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `closing waits for the broker, but not for ever`() async throws {
        try await open()
        session.perform { $0.close() }
        #expect(try await sent().count == 1)
        #expect(channel.isActive)
        await channel.testingEventLoop.advanceTime(by: .seconds(5))
        #expect(!channel.isActive)
    }

    @Test func `the socket is closed when the broker has agreed to close`() async throws {
        try await open()
        session.perform { $0.close() }
        _ = try await sent()
        try await receive(BrokerBytes.closeOk)
        #expect(!channel.isActive)
        #expect(session.perform { $0.endError }?.code == .closed)
    }

    @Test func `the broker's close is answered before the socket closes`() async throws {
        try await open()
        try await receive(BrokerBytes.close)
        #expect(try await sent() == [.method(0, .connectionCloseOk(.init()))])
        #expect(!channel.isActive)
        #expect(session.perform { $0.endError }?.code == .closedByBroker)
    }

    @Test func `a broken socket ends the session with the reason`() async throws {
        try await open()
        channel.pipeline.fireErrorCaught(CableWasCut())
        await channel.testingEventLoop.run()
        #expect(!channel.isActive)
        let error = session.perform { $0.endError }
        #expect(error?.code == .lost)
        #expect(error?.reason.contains("CableWasCut") == true)
    }

    @Test func `nothing is read while consumers without a window are behind`() async throws {
        try await open()
        let counter = ReadCounter()
        try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(counter, position: .first)
        }
        session.window.add(100)
        channel.read()
        await channel.testingEventLoop.run()
        #expect(counter.count == 0)
        #expect(session.window.remove(100))
        session.wakeUp()
        await channel.testingEventLoop.run()
        #expect(counter.count == 1)
    }

    private struct CableWasCut: Error {}
}

/// Counts the reads that reach the socket. Used on its event loop and, between its turns, by the test.
private final class ReadCounter: ChannelOutboundHandler, @unchecked Sendable {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
