import LeveretCore
import LeveretModel
import LeveretSimulation

extension CoreHarness {
    /// Applies an operator's change and what follows from it.
    @discardableResult
    func define(_ change: DefinitionChange) throws -> [Observation] {
        try run(try host.tryDefine(change))
    }

    func addVirtualHost(_ name: String, _ limits: VirtualHostLimits = VirtualHostLimits()) throws {
        try define(.putVirtualHost(VirtualHostDefinition(name: name, limits: limits)))
    }

    func addUser(_ name: String, tags: [String] = [], _ limits: UserLimits = UserLimits()) throws {
        try define(
            .putUser(UserDefinition(name: name, passwordHash: "", hashingAlgorithm: "", tags: tags, limits: limits))
        )
    }

    /// Sets the three rights of a user.
    func permit(
        _ user: String,
        in virtualHost: String = "/",
        configure: String = ".*",
        write: String = ".*",
        read: String = ".*"
    ) throws {
        try define(
            .putPermission(
                PermissionDefinition(
                    user: user,
                    virtualHost: virtualHost,
                    configure: configure,
                    write: write,
                    read: read
                )
            )
        )
    }

    func permitTopics(_ user: String, exchange: String, write: String = ".*", read: String = ".*") throws {
        try define(
            .putTopicPermission(
                TopicPermissionDefinition(user: user, virtualHost: "/", exchange: exchange, write: write, read: read)
            )
        )
    }

    func setPolicy(
        _ name: String,
        _ pattern: String,
        _ settings: FieldTable,
        target: PolicyDefinition.Target = .all,
        priority: Int64 = 0
    ) throws {
        try define(
            .putPolicy(
                PolicyDefinition(
                    virtualHost: "/",
                    name: name,
                    pattern: pattern,
                    target: target,
                    priority: priority,
                    settings: settings
                )
            )
        )
    }

    /// Opens a session and its channel 1. Gives the connection exception if there is one.
    func enter(_ session: UInt64, as user: String, in virtualHost: String = "/") throws -> AMQPError? {
        let id = SessionID(rawValue: session)
        let options = SessionOptions(user: user, virtualHost: virtualHost)
        let opened = try apply(.openSession(id, options))
        if let error = opened.connectionError { return error }
        return try apply(.openChannel(ChannelID(session: id, number: 1))).connectionError
    }

    /// Channel 1 of a session.
    func channel(_ session: UInt64) -> ChannelID { ChannelID(session: SessionID(rawValue: session), number: 1) }
}

extension CoreHost {
    /// The number of a queue in virtual host `/`.
    func queueID(_ name: String) throws(DefinitionError) -> QueueID {
        let result = inspect { core in
            Result { () throws(DefinitionError) in try core.queueID(of: name, in: "/") }
        }
        return try result.get()
    }

    func isPaused(_ queue: String) -> Bool { report().queues.contains { $0.name == queue && $0.isPaused } }

    /// What the messages of a queue that wait for their time are called.
    func delayedNumbers(of queue: String) -> [UInt64] { (delayedMessages(of: queue) ?? []).map(\.number) }

    func delayedCount(of queue: String) -> Int { delayedNumbers(of: queue).count }
}
