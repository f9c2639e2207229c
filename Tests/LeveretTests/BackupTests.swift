import Leveret
import LeveretTestSupport
import Testing

@Suite("A backup")
struct BackupTests {
    private func messages(in directory: String) async throws -> [String] {
        try await Broker.run(.init(storage: .directory(directory))) { broker in
            try await broker.withChannel { channel in
                var bodies: [String] = []
                while let message = try await channel.get("orders") { bodies.append(message.body.string) }
                return bodies
            }
        }
    }

    @Test func `holds what was confirmed before it, while the broker goes on`() async throws {
        let source = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        try await Broker.run(.init(storage: .directory(source.path))) { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders", .durable)
                for number in 0..<100 { try await channel.publish("\(number)", to: orders) }
                try await broker.backup(to: target.path)
                try await channel.publish("later", to: orders)
            }
        }
        #expect(try await messages(in: target.path) == (0..<100).map { "\($0)" })
        #expect(try await messages(in: source.path).last == "later")
    }

    @Test func `made under load is a beginning of what was published, each message once`() async throws {
        let source = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        try await Broker.run(.init(storage: .directory(source.path))) { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders", .durable)
                let body = String(repeating: "x", count: 5_000)
                for number in 0..<300 { try await channel.publish("\(number) \(body)", to: orders) }
                async let backup: Void = broker.backup(to: target.path)
                for number in 300..<400 { try await channel.publish("\(number) \(body)", to: orders) }
                try await backup
            }
        }
        let numbers = try await messages(in: target.path).map { String($0.prefix { $0 != " " }) }
        #expect(numbers == (0..<numbers.count).map { "\($0)" })
        #expect(numbers.count >= 300)
    }

    @Test func `is refused where something is already, and by a broker in memory`() async throws {
        let source = try TemporaryDirectory()
        try await Broker.run(.init(storage: .directory(source.path))) { broker in
            let error = await #expect(throws: BrokerError.self) { try await broker.backup(to: source.path) }
            #expect(error?.text.contains("is not empty") == true)
        }
        try await Broker.run { broker in
            let target = try TemporaryDirectory()
            let error = await #expect(throws: BrokerError.self) { try await broker.backup(to: target.path) }
            #expect(error?.text.contains("in memory") == true)
        }
    }
}
