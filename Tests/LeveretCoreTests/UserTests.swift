import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct UserTests {
    @Test func `deleting a user closes the user's connections and takes the permissions along`() throws {
        let core = try CoreHarness()
        try core.addUser("alice")
        try core.permit("alice")
        try core.permitTopics("alice", exchange: "amq.topic")
        #expect(try core.enter(2, as: "alice") == nil)
        let error = try core.define(.deleteUser(name: "alice")).connectionError
        #expect(error?.text == "CONNECTION_FORCED - user 'alice' was deleted")
        #expect(try core.enter(3, as: "alice")?.code == .notAllowed)
        try core.addUser("alice")
        #expect(try core.enter(4, as: "alice")?.code == .notAllowed)
        #expect(core.journal.image.permissions.map(\.user) == ["guest"])
        #expect(core.journal.image.topicPermissions.isEmpty)
    }

    @Test func `connections over a user's limit are refused`() throws {
        let core = try CoreHarness()
        try core.addUser("alice", UserLimits(maxConnections: 1))
        try core.permit("alice")
        #expect(try core.enter(2, as: "alice") == nil)
        #expect(
            try core.enter(3, as: "alice")?.text
                == "NOT_ALLOWED - connection refused for user 'alice': user connection limit (1) is reached"
        )
        try core.addUser("alice", UserLimits(maxConnections: 0))
        #expect(try core.enter(4, as: "alice")?.code == .notAllowed)
    }

    @Test func `channels over a user's limit close the connection, counted over all connections`() throws {
        let core = try CoreHarness()
        try core.addUser("alice", UserLimits(maxChannels: 2))
        try core.permit("alice")
        #expect(try core.enter(2, as: "alice") == nil)
        #expect(try core.enter(3, as: "alice") == nil)
        let third = ChannelID(session: SessionID(rawValue: 2), number: 2)
        let error = try core.apply(.openChannel(third)).connectionError
        #expect(
            error?.text == "NOT_ALLOWED - number of channels opened for user 'alice' has reached the maximum allowed "
                + "user limit of (2)"
        )
        #expect(try core.enter(4, as: "alice") == nil)
    }

    @Test func `an impersonator may publish in another's name, and nobody else`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.addUser("alice")
        try core.permit("alice")
        #expect(try core.enter(2, as: "alice") == nil)
        try core.addUser("alice", tags: ["impersonator"])
        #expect(try core.publish("a", key: "q", userID: "bob", on: core.channel(2)).channelError == nil)
        try core.addUser("alice", tags: ["administrator"])
        let error = try core.publish("b", key: "q", userID: "bob", on: core.channel(2)).channelError
        #expect(
            error?.text
                == "PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'alice'"
        )
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `users with their limits are found again`() throws {
        let core = try CoreHarness()
        try core.addUser("alice", tags: ["monitoring"], UserLimits(maxConnections: 1, maxChannels: 0))
        let alice = try core.restarted().host.inspect { $0.user(named: "alice") }
        #expect(alice?.tags == ["monitoring"])
        #expect(alice?.limits == UserLimits(maxConnections: 1, maxChannels: 0))
    }
}

@Suite struct LivePermissionTests {
    private func core() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.addUser("alice")
        try core.permit("alice")
        _ = try core.enter(2, as: "alice")
        try core.declare("q")
        return core
    }

    @Test func `a change of permissions counts at once for channels that are open`() throws {
        let core = try core()
        let channel = core.channel(2)
        #expect(try core.publish("a", key: "q", on: channel).channelError == nil)
        try core.permit("alice", write: "")
        #expect(
            try core.publish("b", key: "q", on: channel).channelError?.text
                == "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'alice'"
        )
        try core.apply(.openChannel(channel))
        try core.permit("alice", configure: "")
        #expect(
            try core.declare("x", on: channel).channelError?.text
                == "ACCESS_REFUSED - configure access to queue 'x' in vhost '/' refused for user 'alice'"
        )
    }

    @Test func `without permissions a connection stays and may do nothing`() throws {
        let core = try core()
        let effects = try core.define(.deletePermission(user: "alice", virtualHost: "/"))
        #expect(effects.connectionError == nil)
        #expect(try core.get("q", on: core.channel(2)).channelError?.code == .accessRefused)
        #expect(try core.enter(3, as: "alice")?.code == .notAllowed)
    }

    @Test func `permissions need a user, a virtual host and valid expressions`() throws {
        let core = try core()
        for (user, host) in [("nobody", "/"), ("alice", "nowhere")] {
            let error = #expect(throws: DefinitionError.self) { try core.permit(user, in: host) }
            #expect(error?.kind == .notFound)
        }
        let error = #expect(throws: DefinitionError.self) { try core.permit("alice", read: "(") }
        #expect(error?.text == "'(' is not a valid regular expression for the read right")
        #expect(try core.get("q", on: core.channel(2)).channelError == nil)
    }

    @Test func `who has no right to a name does not learn whether it exists`() throws {
        let core = try core()
        try core.permit("alice", configure: "^mine", write: "^mine", read: "^mine")
        let attempts: [(CoreHarness, ChannelID) throws -> [Observation]] = [
            { try $0.get("gone", on: $1) },
            { try $0.consume("gone", on: $1) },
            { try $0.perform(.purgeQueue(name: "gone", noWait: false), on: $1) },
            { try $0.deleteQueue("gone", on: $1) },
            { try $0.perform(.deleteExchange(name: "gone", ifUnused: false, noWait: false), on: $1) },
            { try $0.publish("a", to: "gone", key: "", on: $1) },
            { try $0.bind("gone", to: "mine", on: $1) },
            { try $0.bind("mine", to: "gone", on: $1) },
            { try $0.declare("gone", passive: true, on: $1) },
        ]
        for (number, attempt) in attempts.enumerated() {
            let error = try attempt(core, core.channel(2)).channelError
            #expect(error?.code == .accessRefused, "attempt \(number)")
            try core.apply(.openChannel(core.channel(2)))
        }
    }

    @Test func `a queue with a dead letter exchange takes the right to write there and to read the queue`() throws {
        let core = try core()
        let options = QueueOptions(arguments: ["x-dead-letter-exchange": "dead"])
        for (write, read, text) in [
            ("", ".*", "write access to exchange 'dead' in vhost '/' refused for user 'alice'"),
            (".*", "", "read access to queue 'new' in vhost '/' refused for user 'alice'"),
        ] {
            try core.permit("alice", write: write, read: read)
            #expect(
                try core.declare("new", options, on: core.channel(2)).channelError?.text == "ACCESS_REFUSED - \(text)"
            )
            try core.apply(.openChannel(core.channel(2)))
        }
        try core.permit("alice", write: "^dead$", read: "^new$")
        #expect(try core.declare("new", options, on: core.channel(2)).declaredName == "new")
    }

    @Test func `an exchange with an alternate exchange takes the right to write there and to read the exchange`() throws
    {
        let core = try core()
        let options = ExchangeOptions(arguments: ["alternate-exchange": "lost"])
        for (write, read) in [("", ".*"), (".*", "")] {
            try core.permit("alice", write: write, read: read)
            let effects = try core.declareExchange("new", "fanout", options, on: core.channel(2))
            #expect(effects.channelError?.code == .accessRefused)
            try core.apply(.openChannel(core.channel(2)))
        }
        try core.permit("alice", write: "^lost$", read: "^new$")
        let effects = try core.declareExchange("new", "fanout", options, on: core.channel(2))
        #expect(effects.replies == [.exchangeDeclared])
    }
}

@Suite struct TopicPermissionTests {
    private func core(write: String = ".*", read: String = ".*") throws -> CoreHarness {
        let core = try CoreHarness()
        try core.addUser("alice")
        try core.permit("alice")
        try core.permitTopics("alice", exchange: "amq.topic", write: write, read: read)
        _ = try core.enter(2, as: "alice")
        try core.declare("q", on: core.channel(2))
        return core
    }

    @Test func `routing keys are checked when something is published to a topic exchange`() throws {
        let core = try core(write: "^{username}\\.{vhost}")
        let channel = core.channel(2)
        #expect(try core.publish("a", to: "amq.topic", key: "alice./", on: channel).channelError == nil)
        #expect(try core.publish("a", to: "amq.direct", key: "bob", on: channel).channelError == nil)
        #expect(
            try core.publish("a", to: "amq.topic", key: "bob.x", on: channel).channelError?.text
                == "ACCESS_REFUSED - write access to topic 'bob.x' in exchange topic 'amq.topic' in vhost '/' refused "
                + "for user 'alice'"
        )
    }

    @Test func `binding keys are checked when something is bound to a topic exchange, and unbound`() throws {
        let core = try core(read: "^mine\\.")
        let channel = core.channel(2)
        #expect(try core.bind("q", to: "amq.topic", "mine.#", on: channel).channelError == nil)
        #expect(try core.bind("q", to: "amq.topic", "#", on: channel).channelError?.code == .accessRefused)
        try core.apply(.openChannel(channel))
        #expect(try core.unbind("q", from: "amq.topic", "other", on: channel).channelError?.code == .accessRefused)
    }

    @Test func `names are no expressions`() throws {
        let core = try core()
        try core.addUser("a.b")
        try core.permit("a.b")
        try core.permitTopics("a.b", exchange: "amq.topic", write: "^{username}$")
        _ = try core.enter(3, as: "a.b")
        #expect(try core.publish("x", to: "amq.topic", key: "a.b", on: core.channel(3)).channelError == nil)
        #expect(try core.publish("x", to: "amq.topic", key: "aXb", on: core.channel(3)).channelError != nil)
    }

    @Test func `topic permissions count at once, are found again, and can be taken back`() throws {
        let core = try core()
        try core.permitTopics("alice", exchange: "amq.topic", write: "")
        let again = try core.restarted()
        _ = try again.enter(2, as: "alice")
        let channel = again.channel(2)
        #expect(try again.publish("a", to: "amq.topic", key: "k", on: channel).channelError?.code == .accessRefused)
        try again.define(.deleteTopicPermission(user: "alice", virtualHost: "/", exchange: "amq.topic"))
        try again.apply(.openChannel(channel))
        #expect(try again.publish("a", to: "amq.topic", key: "k", on: channel).channelError == nil)
    }
}

@Suite struct SecretTests {
    private func core() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.addUser("alice")
        try core.permit("alice")
        for name in ["mine", "other"] { try core.declare(name) }
        _ = try core.enter(2, as: "alice")
        for name in ["mine", "other"] { try core.consume(name, tag: name, on: core.channel(2)) }
        return core
    }

    @Test func `a new secret is taken, and consumers whose right was lost are cancelled`() throws {
        let core = try core()
        try core.permit("alice", read: "^mine$")
        #expect(try core.apply(.updateSecret(core.channel(2).session)).script == ["secret updated", "cancel other"])
        try core.publish("a", key: "mine")
        #expect(try core.publish("b", key: "other").deliveries.isEmpty)
        #expect(try core.apply(.updateSecret(core.channel(2).session)).script == ["secret updated"])
    }

    @Test func `a new secret does not help if the right to the virtual host is gone`() throws {
        let core = try core()
        try core.define(.deletePermission(user: "alice", virtualHost: "/"))
        let error = try core.apply(.updateSecret(core.channel(2).session)).connectionError
        #expect(error?.text == "NOT_ALLOWED - access to vhost '/' refused for user 'alice'")
    }
}
