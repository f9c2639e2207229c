import LeveretCore
import LeveretModel
import Testing

extension JournalStoreContract {
    @Sendable static func definitionsRoundTrip(_ open: Open) throws {
        let state = try committed(open, .make { $0.definitions = DefinitionSamples.puts })
        #expect(Set(state.virtualHosts) == DefinitionSamples.virtualHosts)
        #expect(Set(state.exchanges) == DefinitionSamples.exchanges)
        #expect(Set(state.queues) == DefinitionSamples.queues)
        #expect(Set(state.bindings) == DefinitionSamples.bindings)
        #expect(Set(state.users) == DefinitionSamples.users)
        #expect(Set(state.permissions) == DefinitionSamples.permissions)
    }

    @Sendable static func puttingReplaces(_ open: Open) throws {
        var queue = DefinitionSamples.queue(1, "orders")
        let first = queue
        queue.arguments = ["x-max-length": 5]
        let batch = JournalBatch.make { batch in
            batch.definitions = [.putQueue(first), .putQueue(queue)]
            batch.definitions.append(.putUser(DefinitionSamples.user("a")))
            batch.definitions.append(.putUser(DefinitionSamples.user("a", tags: ["b"])))
        }
        let state = try committed(open, batch)
        #expect(state.queues == [queue])
        #expect(state.users.map(\.tags) == [["b"]])
    }

    @Sendable static func deletedDefinitions(_ open: Open) throws {
        try withStore(open) { store throws in
            try store.commit(.make { $0.definitions = DefinitionSamples.puts })
            try store.commit(.make { $0.definitions = DefinitionSamples.deletes })
        }
        let state = try recovered(open)
        #expect(state.virtualHosts.map(\.name) == ["/"])
        #expect(state.exchanges.map(\.name) == ["events"])
        #expect(state.queues.map(\.id.rawValue) == [2])
        #expect(state.bindings.map(\.routingKey) == ["order.*"])
        #expect(state.users.map(\.name) == ["guest"])
        #expect(state.permissions.map(\.virtualHost) == ["/"])
    }

    @Sendable static func pausedQueues(_ open: Open) throws {
        let queues = [1, 2, 3].map { QueueID(rawValue: $0) }
        try withStore(open) { store throws in
            try store.commit(
                .make { batch in
                    batch.definitions = queues.map {
                        .putQueue(DefinitionSamples.queue($0.rawValue, "q\($0.rawValue)"))
                    }
                    batch.definitions += queues.map { .pauseQueue($0) } + [.pauseQueue(queues[0])]
                }
            )
        }
        #expect(try recovered(open).pausedQueues == queues)
        try withStore(open) { store throws in
            try store.commit(.make { $0.definitions = [.resumeQueue(queues[0]), .resumeQueue(queues[0])] })
            try store.commit(.make { $0.definitions = [.deleteQueue(queues[2])] })
        }
        #expect(try recovered(open).pausedQueues == [queues[1]])
    }

    @Sendable static func accessRoundTrip(_ open: Open) throws {
        let state = try committed(
            open,
            .make { $0.definitions = DefinitionSamples.puts + DefinitionSamples.accessPuts }
        )
        #expect(Set(state.virtualHosts) == DefinitionSamples.virtualHosts.union([DefinitionSamples.described]))
        #expect(Set(state.users) == DefinitionSamples.users.union([DefinitionSamples.limited]))
        #expect(Set(state.topicPermissions) == DefinitionSamples.topicPermissions)
        #expect(Set(state.policies) == DefinitionSamples.policies)
    }

    @Sendable static func deletedAccess(_ open: Open) throws {
        var host = VirtualHostDefinition(name: DefinitionSamples.described.name)
        try withStore(open) { store throws in
            try store.commit(.make { $0.definitions = DefinitionSamples.accessPuts })
            try store.commit(.make { $0.definitions = DefinitionSamples.accessDeletes })
            try store.commit(.make { $0.definitions = [.putVirtualHost(host)] })
        }
        let state = try recovered(open)
        #expect(state.virtualHosts == [host])
        #expect(state.users.isEmpty)
        #expect(state.topicPermissions.map(\.exchange) == ["amq.topic"])
        #expect(state.policies.map(\.name) == ["ttl"])
        host.limits.maxQueues = 1
        let again = try committed(open, .make { $0.definitions = [.putVirtualHost(host)] })
        #expect(again.virtualHosts == [host])
    }

    @Sendable static func definitionsInOrder(_ open: Open) throws {
        let host = VirtualHostDefinition(name: "a")
        let batch = JournalBatch.make { batch in
            batch.definitions = [.putVirtualHost(host), .deleteVirtualHost(name: "a"), .putVirtualHost(host)]
            batch.definitions += [.putUser(DefinitionSamples.user("b")), .deleteUser(name: "b")]
        }
        let state = try committed(open, batch)
        #expect(state.virtualHosts == [host])
        #expect(state.users.isEmpty)
    }

    @Sendable static func bindingArguments(_ open: Open) throws {
        let one: FieldTable = ["y": .table(["b": 2, "a": 1]), "x": "1"]
        let same: FieldTable = ["x": "1", "y": .table(["a": 1, "b": 2])]
        let batch = JournalBatch.make { batch in
            batch.definitions = [
                .putBinding(DefinitionSamples.binding("k", one)),
                .putBinding(DefinitionSamples.binding("k", same)),
                .putBinding(DefinitionSamples.binding("l", one)),
                .deleteBinding(DefinitionSamples.binding("l", same)),
            ]
        }
        #expect(try committed(open, batch).bindings == [DefinitionSamples.binding("k", same)])
    }

    @Sendable static func bindingIdentity(_ open: Open) throws {
        let bindings = DefinitionSamples.neighbours
        let batch = JournalBatch.make { $0.definitions = bindings.map { .putBinding($0) } }
        let state = try committed(open, batch)
        #expect(Set(state.bindings) == Set(bindings))
        #expect(state.bindings.count == 7)
    }
}
