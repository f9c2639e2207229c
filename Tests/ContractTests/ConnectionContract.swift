import LeveretClient
import LeveretModel
import Testing

/// What holds for connections over a network, whoever the broker is.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionContract {
    @Test(arguments: Door.networks)
    func `a wrong password is refused with a word on what to check`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            var configuration = configuration
            configuration.password = "not the password"
            let error = await #expect(throws: ConnectionError.self) {
                try await AMQPConnection.withConnection(configuration) { _ in }
            }
            #expect(error?.code == .loginRefused)
            #expect(error?.reason.contains("check the user and the password") == true)
            #expect(error?.reason.contains("not the password") == false)
        }
    }

    @Test(arguments: Door.networks)
    func `a missing virtual host is refused by name`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            var configuration = configuration
            configuration.virtualHost = "nowhere"
            let error = await #expect(throws: ConnectionError.self) {
                try await AMQPConnection.withConnection(configuration) { _ in }
            }
            #expect(error?.code == .virtualHostRefused)
            #expect(error?.reason.contains("nowhere") == true)
        }
    }

    @Test(arguments: Door.networks)
    func `channels can be opened and closed again and again`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            var configuration = configuration
            configuration.channelMax = 4
            try await AMQPConnection.withConnection(configuration) { connection in
                for _ in 1...20 {
                    let channels = [
                        try await connection.openChannel(), try await connection.openChannel(),
                        try await connection.openChannel(), try await connection.openChannel(),
                    ]
                    let error = await #expect(throws: ConnectionError.self) { try await connection.openChannel() }
                    #expect(error?.code == .channelLimit)
                    for channel in channels { try await channel.close() }
                }
            }
        }
    }

    @Test(arguments: Door.networks)
    func `a closed connection ends its channels`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            let connection = try await AMQPConnection.connect(configuration)
            let channel = try await connection.openChannel()
            let queue = try await channel.declareQueue(.serverNamed, .exclusive)
            await connection.close()
            await #expect(throws: ChannelClosedError.self) { _ = try await channel.inspectQueue(queue.name) }
            await #expect(throws: ConnectionError.self) { try await connection.openChannel() }
            await connection.close()
        }
    }

    @Test(arguments: Door.networks)
    func `an error of the connection reaches all its channels`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            try await AMQPConnection.withConnection(configuration) { connection in
                let (channel, neighbour) = (try await connection.openChannel(), try await connection.openChannel())
                let queue = try await channel.declareQueue(.serverNamed, .exclusive).name
                // A consumer tag that is in use is an error of the connection.
                let options = ConsumeOptions(tag: "the tag")
                let error = await expectError(.notAllowed) {
                    try await channel.consume(queue, options) { _ in
                        try await channel.consume(queue, options) { _ in }
                    }
                }
                #expect(error?.scope == .connection)
                await expectError(.notAllowed) { _ = try await neighbour.declareQueue() }
                let end = await #expect(throws: ConnectionError.self) { try await connection.openChannel() }
                #expect(end?.code == .closedByBroker)
            }
        }
    }

    @Test(arguments: Door.networks)
    func `small frames carry large bodies both ways`(_ door: Door) async throws {
        try await door.openAddress { configuration in
            var configuration = configuration
            configuration.frameMax = 8192
            try await AMQPConnection.withConnection(configuration) { connection in
                try await connection.withChannel { channel in
                    let queue = try await channel.declareQueue(.serverNamed, .exclusive).name
                    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
                    try await channel.publish(body, to: queue)
                    #expect(try await channel.get(queue)?.body.bytes == body)
                }
            }
        }
    }
}
