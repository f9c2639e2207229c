import Leveret
import LeveretModel
import LeveretWire
import Logging
import NIOCore
import Testing

@testable import LeveretServer

/// The server on real sockets of this machine.
@Suite(.timeLimit(.minutes(1))) struct AMQPServerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @discardableResult
    private func withServer<Result>(
        _ configuration: ServerConfiguration = ServerConfiguration(port: 0),
        _ body: (AMQPServer, Int) async throws -> Result
    ) async throws -> Result {
        let broker = try Broker()
        var configuration = configuration
        // The client is a task among all the tests', and its turn may come late.
        configuration.handshakeTimeout = .seconds(600)
        let server = AMQPServer(broker: broker, configuration: configuration, logger: logger)
        let addresses = try await server.start()
        let port = try #require(addresses.first?.port)
        do {
            let result = try await body(server, port)
            await server.shutDown()
            await broker.shutDown()
            return result
        } catch {
            await server.shutDown()
            await broker.shutDown()
            throw error
        }
    }

    @Test func `a message goes in and comes out`() async throws {
        try await withServer { _, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                try await client.send(
                    ClientBytes.method(.queueDeclare(QueueDeclare(queue: "q")), channel: 1)
                        + ClientBytes.publish(channel: 1, key: "q", body: Array("hello".utf8))
                        + ClientBytes.method(.basicGet(BasicGet(queue: "q", noAck: true)), channel: 1)
                )
                var frames: [Received] = []
                while frames.count < 4, let frame = try await client.nextFrame() { frames.append(frame) }
                #expect(frames.last == .body(1, Array("hello".utf8)))
                try await client.send(ClientBytes.connectionClose)
                #expect(try await client.nextFrame() == .method(0, .connectionCloseOk(ConnectionCloseOk())))
                #expect(try await client.nextFrame() == nil)
            }
        }
    }

    @Test func `small frames are sent at once, not when the client has confirmed those before`() async throws {
        try await withServer { _, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                let clientPort = try #require(client.channel.localAddress?.port)
                let accepted = try #require(AcceptedSocket(peerPort: clientPort))
                #expect(accepted.sendsAtOnce)
            }
        }
    }

    @Test func `many messages pass between two connections in order`() async throws {
        try await withServer { _, port in
            let count = 20_000
            try await SocketClient.connect(port: port) { consumer in
                try await consumer.openChannel()
                try await consumer.send(
                    ClientBytes.method(.queueDeclare(QueueDeclare(queue: "many")), channel: 1)
                        + ClientBytes.method(
                            .basicConsume(BasicConsume(queue: "many", consumerTag: "t", noAck: true)),
                            channel: 1
                        )
                )
                while let frame = try await consumer.nextFrame(), frame.method?.id != BasicConsumeOk.id {}
                async let published: Void = SocketClient.connect(port: port) { publisher in
                    try await publisher.openChannel()
                    var bytes: [UInt8] = []
                    for number in 0..<count {
                        bytes += ClientBytes.publish(channel: 1, key: "many", body: Array("\(number)".utf8))
                    }
                    try await publisher.send(bytes)
                    try await publisher.send(ClientBytes.connectionClose)
                    while try await publisher.nextFrame() != nil {}
                }
                var next = 0
                while next < count, let frame = try await consumer.nextFrame() {
                    guard case .body(1, let body) = frame else { continue }
                    #expect(body == Array("\(next)".utf8))
                    next += 1
                }
                #expect(next == count)
                try await published
            }
        }
    }

    @Test func `a lost socket lets go of what it held`() async throws {
        try await withServer { server, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                #expect(server.connections.count == 1)
            }
            await server.connections.becomeEmpty()
            #expect(server.connections.count == 0)
        }
    }

    @Test func `a half-closed socket is let go of`() async throws {
        try await withServer { server, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                try await client.finish()
                while try await client.nextFrame() != nil {}
            }
            await server.connections.becomeEmpty()
        }
    }

    @Test func `shutting down tells the clients and waits for their answers`() async throws {
        try await withServer { server, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                async let down: Void = server.shutDown()
                guard case .method(0, .connectionClose(let close)) = try await client.nextFrame() else {
                    Issue.record("connection.close was expected")
                    return
                }
                #expect(close.replyCode == 320)
                #expect(close.replyText == "CONNECTION_FORCED - broker shutdown")
                try await client.send(ClientBytes.method(.connectionCloseOk(ConnectionCloseOk())))
                #expect(try await client.nextFrame() == nil)
                await down
                #expect(server.connections.count == 0)
            }
        }
    }

    @Test func `shutting down drops clients that do not answer`() async throws {
        var configuration = ServerConfiguration(port: 0)
        configuration.shutdownGrace = .milliseconds(20)
        try await withServer(configuration) { server, port in
            try await SocketClient.connect(port: port) { client in
                try await client.openChannel()
                await server.shutDown()
                #expect(server.connections.count == 0)
            }
        }
    }

    @Test func `a client over the limit is closed at once, and others are not disturbed`() async throws {
        var configuration = ServerConfiguration(port: 0)
        configuration.connectionsMax = 1
        try await withServer(configuration) { server, port in
            try await SocketClient.connect(port: port) { first in
                try await first.openChannel()
                try await SocketClient.connect(port: port) { second in
                    try? await second.send(ClientBytes.header)
                    #expect((try? await second.readToEnd()) ?? [] == [])
                }
                try await first.send(ClientBytes.method(.confirmSelect(ConfirmSelect()), channel: 1))
                #expect(try await first.nextFrame() == .method(1, .confirmSelectOk(ConfirmSelectOk())))
            }
        }
    }

    @Test func `a port in use is told with what to do`() async throws {
        try await withServer { _, port in
            let other = AMQPServer(
                broker: try Broker(),
                configuration: ServerConfiguration(port: port),
                logger: logger
            )
            let error = await #expect(throws: ServerError.self) { try await other.start() }
            #expect(error?.isAddressInUse == true)
            #expect(error?.description.contains("127.0.0.1:\(port)") == true)
            #expect(error?.description.contains("choose another port") == true)
        }
    }

    @Test func `one address in use means listening on none`() async throws {
        try await withServer { _, port in
            let addresses: [ListenAddress] = [.host("127.0.0.1", port: 0), .host("127.0.0.1", port: port)]
            let other = AMQPServer(
                broker: try Broker(),
                configuration: ServerConfiguration(addresses: addresses),
                logger: logger
            )
            await #expect(throws: ServerError.self) { try await other.start() }
        }
    }

    @Test func `several addresses are served, a socket file among them`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/amqp.sock"
        let configuration = ServerConfiguration(addresses: [
            .host("127.0.0.1", port: 0), .unixDomainSocket(path: path),
        ])
        try await withServer(configuration) { server, _ in
            try await SocketClient.connect(path: path) { client in
                try await client.openChannel()
                let information = server.connections.connections.first
                #expect(information?.user == "guest")
                #expect(information?.mechanism == "PLAIN")
                #expect(information?.isEncrypted == false)
                #expect(information?.name == "local -> \(path)")
            }
        }
        #expect(TemporaryDirectory.mode(of: path) == nil)
    }

    @Test func `a server starts once`() async throws {
        try await withServer { server, _ in
            await #expect(throws: ServerError.self) { try await server.start() }
        }
    }

    @Test func `a configuration out of range is refused`() async throws {
        var configuration = ServerConfiguration(port: 0)
        configuration.frameMax = 4095
        let server = AMQPServer(broker: try Broker(), configuration: configuration, logger: logger)
        let error = await #expect(throws: ServerError.self) { try await server.start() }
        #expect(error?.description.contains("at least 4096") == true)
    }
}
