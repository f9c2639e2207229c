import Leveret
import Testing

@Suite struct AdministrationTests {
    private func code(_ body: () async throws -> Void) async -> AdministrationError.Code? {
        let error = await #expect(throws: AdministrationError.self) { try await body() }
        return error?.code
    }

    // MARK: Users

    @Test func `a user logs in by the password last set`() async throws {
        try await Broker.run { broker in
            try await broker.addUser("alice", password: "first", tags: ["monitoring"])
            #expect(broker.authenticate(user: "alice", password: Array("first".utf8), fromLoopback: false) == .accepted)
            try await broker.changePassword(of: "alice", to: [0x00, 0xFF, 0x80])
            #expect(broker.authenticate(user: "alice", password: Array("first".utf8), fromLoopback: true) == .refused)
            #expect(broker.authenticate(user: "alice", password: [0x00, 0xFF, 0x80], fromLoopback: true) == .accepted)
            #expect(broker.users.map(\.name) == ["alice", "guest"])
            #expect(broker.users.first?.tags == ["monitoring"])
            try await broker.setTags([], ofUser: "alice")
            #expect(broker.users.first?.tags == [])
            try await broker.deleteUser("alice")
            #expect(broker.authenticate(user: "alice", password: [0x00, 0xFF, 0x80], fromLoopback: true) == .refused)
        }
    }

    // Of the password "test12": the first is the example in RabbitMQ's guide on passwords, the others have the salt
    // 01020304.
    @Test(arguments: [
        ("rabbit_password_hashing_sha256", "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"),
        (
            "rabbit_password_hashing_sha512",
            "AQIDBEasi57qQmKrKS3hT/tToZQTSGe0aIxheFJPzONWfcZLALq7JlkjIrc4zKmzoCl2i5ligSzH2lxUTbywDEUALuc="
        ),
        ("rabbit_password_hashing_md5", "AQIDBDeBuuH8ubD+6IsvjTP2It8="),
    ])
    func `hashes of RabbitMQ's are taken`(algorithm: String, hash: String) async throws {
        try await Broker.run { broker in
            try await broker.addUser("alice", passwordHash: hash, algorithm: algorithm)
            let password = Array("test12".utf8)
            #expect(broker.authenticate(user: "alice", password: password, fromLoopback: true) == .accepted)
            #expect(broker.authenticate(user: "alice", password: password + [0], fromLoopback: true) == .refused)
        }
    }

    @Test func `what can be no password or no hash is refused`() async throws {
        try await Broker.run { broker in
            #expect(await code { try await broker.addUser("a", password: "") } == .invalid)
            #expect(await code { try await broker.addUser("a", passwordHash: "not base64") } == .invalid)
            #expect(await code { try await broker.addUser("a", passwordHash: "AAAA") } == .invalid)
            #expect(await code { try await broker.addUser("a", passwordHash: "", algorithm: "rot13") } == .invalid)
            #expect(broker.users.map(\.name) == ["guest"])
            #expect(await code { try await broker.changePassword(of: "guest", to: []) } == .invalid)
        }
    }

    @Test func `nobody logs in with a blank password`() async throws {
        try await Broker.run { broker in
            try await broker.addUser("open", passwordHash: "")
            #expect(broker.authenticate(user: "open", password: [], fromLoopback: true) == .refused)
            #expect(broker.authenticate(user: "open", password: [1], fromLoopback: true) == .refused)
        }
    }

    @Test func `there are no two users of a name and no changes of users who are not there`() async throws {
        try await Broker.run { broker in
            #expect(await code { try await broker.addUser("guest", password: "x") } == .alreadyExists)
            #expect(await code { try await broker.deleteUser("nobody") } == .notFound)
            #expect(await code { try await broker.setTags([], ofUser: "nobody") } == .notFound)
            #expect(await code { try await broker.changePassword(of: "nobody", to: [1]) } == .notFound)
            #expect(
                await code { try await broker.setUserLimits("nobody", maxConnections: 1, maxChannels: 1) } == .notFound
            )
        }
    }

    @Test func `negative limits are none`() async throws {
        try await Broker.run { broker in
            try await broker.setUserLimits("guest", maxConnections: -1, maxChannels: 0)
            #expect(broker.users.first?.maxConnections == nil)
            #expect(broker.users.first?.maxChannels == 0)
            try await broker.setVirtualHostLimits("/", maxConnections: 3, maxQueues: -5)
            #expect(broker.virtualHosts.first?.maxConnections == 3)
            #expect(broker.virtualHosts.first?.maxQueues == nil)
        }
    }

    // MARK: Virtual hosts

    @Test func `a program may add a virtual host and use it at once`() async throws {
        try await Broker.run { broker in
            try await broker.addVirtualHost("orders", description: "the shop", tags: ["a"], defaultQueueType: "quorum")
            try await broker.withChannel(virtualHost: "orders") { channel in
                _ = try await channel.declareQueue("q", .durable)
            }
            #expect(broker.virtualHosts.map(\.name) == ["/", "orders"])
            try await broker.updateVirtualHost("orders", tags: ["b"], defaultQueueType: "")
            let host = try #require(broker.virtualHosts.last)
            #expect(host.description == "the shop" && host.tags == ["b"] && host.defaultQueueType == nil)
            #expect(await code { try await broker.addVirtualHost("orders") } == .alreadyExists)
        }
    }

    @Test func `channels in a virtual host that is deleted end`() async throws {
        try await Broker.run { broker in
            try await broker.addVirtualHost("orders")
            let channel = try await broker.openChannel(virtualHost: "orders")
            try await broker.deleteVirtualHost("orders")
            let error = await #expect(throws: AMQPError.self) { try await channel.declareQueue("q") }
            #expect(error?.code == .connectionForced)
            #expect(await code { try await broker.deleteVirtualHost("orders") } == .notFound)
        }
    }

    // MARK: Permissions and policies

    @Test func `permissions are listed as they were set`() async throws {
        try await Broker.run { broker in
            try await broker.addUser("alice", password: "x")
            try await broker.setPermissions(ofUser: "alice", configure: "^a", write: "", read: ".*")
            try await broker.setTopicPermissions(ofUser: "alice", exchange: "amq.topic", write: "w", read: "r")
            try await broker.setTopicPermissions(ofUser: "alice", exchange: "other", write: "w", read: "r")
            #expect(broker.permissions.map(\.user) == ["alice", "guest"])
            #expect(broker.permissions.first?.configure == "^a")
            #expect(broker.topicPermissions.map(\.exchange) == ["amq.topic", "other"])
            try await broker.clearTopicPermissions(ofUser: "alice")
            #expect(broker.topicPermissions.isEmpty)
            try await broker.clearPermissions(ofUser: "alice")
            #expect(broker.permissions.map(\.user) == ["guest"])
            let refused = await code {
                try await broker.setPermissions(ofUser: "alice", configure: "[", write: "", read: "")
            }
            #expect(refused == .invalid)
        }
    }

    @Test func `a policy counts for queues that are there and for those to come`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let queue = try await channel.declareQueue("q.first")
                for body in ["a", "b", "c"] { try await channel.publish(body, to: queue.name) }
                try await broker.setPolicy(Policy("short", pattern: "^q", settings: ["max-length": 1]))
                #expect(try await channel.declareQueue("q.first").messageCount == 1)
                let second = try await channel.declareQueue("q.second")
                for body in ["a", "b"] { try await channel.publish(body, to: second.name) }
                #expect(try await channel.declareQueue("q.second").messageCount == 1)
                #expect(broker.policies.map(\.name) == ["short"])
                try await broker.clearPolicy("short")
                try await channel.publish("d", to: second.name)
                #expect(try await channel.declareQueue("q.second").messageCount == 2)
            }
            #expect(await code { try await broker.clearPolicy("short") } == .notFound)
        }
    }
}
