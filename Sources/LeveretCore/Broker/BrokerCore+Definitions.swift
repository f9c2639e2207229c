import LeveretModel

// What operators define: virtual hosts, users, permissions and policies

extension BrokerCore {
    /// Applies an operator's change. Queues, exchanges and bindings are made by channels, which have rights.
    ///
    /// - Returns: when the change is durable.
    /// - Throws: why it is refused; then nothing has changed.
    package mutating func define(
        _ change: DefinitionChange,
        at time: BrokerTime,
        into effects: inout Effects
    ) throws(DefinitionError) -> JournalPosition {
        swap(&self.effects, &effects)
        defer { swap(&self.effects, &effects) }
        now = max(now, time)
        log.beginCommand()
        if let failure { throw DefinitionError(.invalid, "the broker has stopped: \(failure)") }
        let firstEffect = self.effects.list.count
        startClock()
        doWhatIsDue()
        let result: Result<JournalPosition, DefinitionError>
        do throws(DefinitionError) {
            result = .success(try define(change))
        } catch {
            result = .failure(error)
        }
        // Time has passed also for a change that is refused.
        finishCommand(from: firstEffect)
        return try result.get()
    }

    private mutating func define(_ change: DefinitionChange) throws(DefinitionError) -> JournalPosition {
        switch change {
        case .putVirtualHost(let definition): try putVirtualHost(definition)
        case .deleteVirtualHost(let name): try deleteVirtualHost(name)
        case .putUser(let definition): try putUser(definition)
        case .deleteUser(let name): try deleteUser(name)
        case .putPermission(let definition): try putPermission(definition)
        case .deletePermission(let user, let virtualHost): try deletePermission(user, in: virtualHost)
        case .putTopicPermission(let definition): try putTopicPermission(definition)
        case .deleteTopicPermission(let user, let virtualHost, let exchange):
            try deleteTopicPermission(user, exchange: exchange, in: virtualHost)
        case .putPolicy(let definition): try putPolicy(definition)
        case .deletePolicy(let virtualHost, let name): try deletePolicy(name, in: virtualHost)
        case .pauseQueue(let id): try setPaused(id, true)
        case .resumeQueue(let id): try setPaused(id, false)
        case .putExchange, .deleteExchange, .putQueue, .deleteQueue, .putBinding, .deleteBinding:
            throw DefinitionError(.invalid, "exchanges, queues and bindings are declared on a channel")
        }
    }

    /// Up to here everything is durable.
    package var committedPosition: JournalPosition { gate.committedPosition }

    func existingVirtualHost(_ name: String) throws(DefinitionError) -> VirtualHost {
        guard let virtualHost = virtualHosts[name] else { throw .noVirtualHost(name) }
        return virtualHost
    }

    func existingUser(_ name: String) throws(DefinitionError) -> User {
        guard let user = users[name] else { throw .noUser(name) }
        return user
    }

    /// Names stand in methods, where they have 255 bytes at most.
    func checkDefinedName(_ name: String, of kind: String) throws(DefinitionError) {
        guard !name.isEmpty, name.utf8.count <= 255, !name.utf8.contains(where: { $0 < 0x20 }) else {
            throw DefinitionError(.invalid, "the name of a \(kind) has 1 to 255 bytes and no control characters")
        }
    }
}
