import LeveretCore
import LeveretModel

/// Decides what the clients do next. It looks at the model only to choose commands that are worth something.
package struct Workload {
    var random: SeededGenerator
    let plan: Plan
    private var nextSession: UInt64 = 1
    private var nextSerial = 1
    private var nextTag = 1

    package init(plan: Plan, random: SeededGenerator) {
        self.plan = plan
        self.random = random
    }

    package mutating func next(_ model: ModelBroker) -> Action {
        if model.sessions.count < plan.sessions, random.chance(model.sessions.isEmpty ? 100 : 10) {
            return openSession()
        }
        if let session = random.pick(model.sessions), session.channels.isEmpty || random.chance(2) {
            let numbers = session.channels.map(\.id.number)
            if let number = (1...3).first(where: { !numbers.contains(UInt16($0)) }) {
                return .openChannel(ChannelID(session: session.id, number: UInt16(number)))
            }
        }
        if let action = housekeeping(model) { return action }
        if random.chance(plan.repetitions), let action = repetition(model) { return action }
        let channels = model.openChannels.filter { plan.pipelines || !model.isWaiting($0) }
        guard let channel = random.pick(channels) else { return .pause }
        return act(on: channel, model)
    }

    private mutating func openSession() -> Action {
        defer { nextSession += 1 }
        let options = SessionOptions(
            user: "guest",
            virtualHost: "/",
            acceptsConsumerCancel: random.chance(80),
            qosAppliesToExisting: random.chance(30)
        )
        return .openSession(SessionID(rawValue: nextSession), options)
    }

    private mutating func housekeeping(_ model: ModelBroker) -> Action? {
        if let session = random.pick(model.sessions) {
            let bytes = session.undrained
            if bytes > 0, random.chance(plan.drainsSlowly ? 10 : 60) {
                return .drain(session.id, bytes: random.chance(50) ? bytes : random.number(1...bytes))
            }
            if random.chance(1) { return random.chance(30) ? .forceClose(session.id) : .closeSession(session.id) }
        }
        if random.chance(1), let channel = random.pick(model.openChannels) { return .closeChannel(channel) }
        if random.chance(plan.alarms) {
            let resource = random.one(of: Resource.memory, .disk)
            return .resourceAlarm(resource, isRaised: !model.alarms.contains(resource))
        }
        return nil
    }

    private mutating func act(on channel: ChannelID, _ model: ModelBroker) -> Action {
        if model.isTransactional(channel), random.chance(20) {
            return .method(channel, random.chance(75) ? .commit : .rollback)
        }
        // As a rule a client says first how it publishes.
        if !model.isInMode(channel), random.chance(plan.confirms / 4) { return .method(channel, selectMode()) }
        if model.movesMessages(channel), random.chance(15) { return .method(channel, recovery()) }
        let tags = model.outstandingTags(of: channel)
        if random.chance(10), let late = random.pick(model.takenBackTags(of: channel)) {
            return .acknowledge(channel, [Acknowledgement(kind: .acknowledge, deliveryTag: late, multiple: false)])
        }
        if !tags.isEmpty, random.chance(35) { return .acknowledge(channel, acknowledgements(of: tags)) }
        if random.chance(45) { return .publish(channel, publishings(model)) }
        return .method(channel, method(on: channel, model))
    }

    private mutating func acknowledgements(of tags: [UInt64]) -> [Acknowledgement] {
        var tags = tags
        var run: [Acknowledgement] = []
        for _ in 0..<random.number(1...plan.longestRun) {
            let kind = random.one(of: Acknowledgement.Kind.acknowledge, .acknowledge, .acknowledge, .nack, .reject)
            let multiple = kind != .reject && random.chance(30)
            if random.chance(plan.mistakes), run.isEmpty || !plan.isLimited {
                run.append(Acknowledgement(kind: kind, deliveryTag: random.one(of: 0, 9999), multiple: false))
                return run
            }
            // All that is outstanding may be more than the model knows, once something was given back in the same run.
            if multiple, run.isEmpty, random.chance(10) {
                run.append(Acknowledgement(kind: kind, deliveryTag: 0, multiple: true, requeue: random.chance(50)))
                return run
            }
            guard let tag = random.chance(70) ? tags.first : random.pick(tags) else { break }
            run.append(
                Acknowledgement(kind: kind, deliveryTag: tag, multiple: multiple, requeue: random.chance(60))
            )
            tags.removeAll { $0 == tag || (multiple && $0 < tag) }
        }
        return run
    }
}

// MARK: Publishing

extension Workload {
    private mutating func publishings(_ model: ModelBroker) -> [NumberedPublishing] {
        // A get that waits for a message of a queue that refuses what is too much has its turn during a run, and so decides
        // what is refused.
        let longestRun = plan.refusesPublishings && model.awaitsGetWhereRefused ? 1 : plan.longestRun
        var run = (0..<random.number(1...longestRun)).map { _ in publishing(model) }
        guard random.chance(plan.mistakes) else { return run }
        // Where queues are limited consumers have their turn during a run, so that a mistake can only come first.
        let place = plan.isLimited ? 0 : random.number(0...run.count - 1)
        if random.chance(50) {
            run[place].publishing.exchange = "missing"
        } else {
            run[place].publishing.body = Array(repeating: 0, count: plan.limits.messageSize + 1)
        }
        return run
    }

    private mutating func publishing(_ model: ModelBroker) -> NumberedPublishing {
        defer { nextSerial += 1 }
        var exchange = ""
        var key = random.pick(plan.queueNames) ?? ""
        if random.chance(50), let chosen = random.pick(model.exchanges.filter { !$0.options.internal }) {
            exchange = chosen.name
            if !exchange.isEmpty { key = routingKey() }
        }
        let size = random.chance(10) ? plan.largestBody : random.number(0...plan.largestBody)
        return NumberedPublishing(
            serial: nextSerial,
            publishing: Publishing(
                exchange: exchange,
                routingKey: key,
                properties: properties(),
                body: body(size: size),
                mandatory: random.chance(20)
            )
        )
    }

    /// What was published comes once more, as from a client that has lost its connection before the confirm: on a channel
    /// to which no confirm is owed, or this one would wait for that one anyway.
    private mutating func repetition(_ model: ModelBroker) -> Action? {
        guard let message = random.pick(model.messagesToRepeat), let channel = random.pick(model.channelsOwedNoConfirm)
        else { return nil }
        defer { nextSerial += 1 }
        let publishing = Publishing(
            exchange: message.exchange,
            routingKey: message.routingKey,
            properties: message.properties,
            body: body(size: message.body.count)
        )
        return .publish(channel, [NumberedPublishing(serial: nextSerial, publishing: publishing)])
    }

    /// Begins with the message's number; may be longer than asked for.
    private mutating func body(size: Int) -> [UInt8] {
        var body = Array("\(nextSerial) ".utf8)
        while body.count < size { body.append(UInt8(truncatingIfNeeded: body.count &* 31 &+ nextSerial)) }
        return body
    }

    private mutating func properties() -> [UInt8] {
        var properties = BasicProperties()
        if random.chance(plan.persistence) {
            properties.deliveryMode = .persistent
        } else if random.chance(50) {
            properties.deliveryMode = .transient
        }
        properties.headers = publishingHeaders()
        if random.chance(plan.expirations) { properties.expiration = "\(random.pick(plan.timesToLive) ?? 0)" }
        if random.chance(plan.messagePriorities) { properties.priority = UInt8(random.number(0...7)) }
        if random.chance(20) { properties.correlationID = "\(nextSerial)" }
        var bytes: [UInt8] = []
        do { try properties.encode(into: &bytes) } catch { return [0, 0] }
        return bytes
    }

    mutating func routingKey() -> String {
        (0..<random.number(0...3)).map { _ in random.one(of: "a", "b", "") }.joined(separator: ".")
    }

    mutating func bindingKey() -> String {
        (0..<random.number(0...3)).map { _ in random.one(of: "a", "b", "", "*", "#") }.joined(separator: ".")
    }

    mutating func headers() -> FieldTable {
        var table = FieldTable()
        for key in ["h1", "h2", "x-h3"] where random.chance(60) {
            table.append(key: key, value: random.one(of: 1, .int32(1), 2, "text", true, .void))
        }
        return table
    }

    private mutating func publishingHeaders() -> FieldTable? {
        var table = random.chance(30) ? headers() : FieldTable()
        if random.chance(plan.delays) {
            table["x-delay"] = .int32(Int32(random.number(0...10) * random.one(of: 1, plan.longestStep)))
        }
        if random.chance(plan.deduplications) { table["x-deduplication-header"] = .int32(Int32(random.number(1...4))) }
        return table.entries.isEmpty ? nil : table
    }

    mutating func newTag() -> String {
        defer { nextTag += 1 }
        return random.chance(20) ? "" : "tag\(nextTag)"
    }
}
