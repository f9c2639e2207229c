import LeveretModel

// What queues do with their messages

extension Plan {
    mutating func drawRules(_ random: inout SeededGenerator) {
        queueArguments = queueNames.map { _ in [:] }
        guard random.chance(75) else { return }
        let usesDeadLetters = random.chance(50)
        let usesQuorumQueues = random.chance(40)
        for place in queueNames.indices {
            if usesQuorumQueues, isMadeToLast(place), random.chance(60) {
                queueArguments[place] = quorumArguments(&random)
            } else if random.chance(30) {
                queueArguments[place]["x-max-priority"] = .int32(Int32(random.number(1...5)))
            }
            drawTimes(of: place, &random)
            drawEntry(of: place, isTarget: usesDeadLetters && place >= queueNames.count / 2, &random)
        }
        if usesDeadLetters { drawDeadLettering(&random) }
        if random.chance(deduplications > 0 ? 50 : 5) { exchangeArguments = deduplication(&random) }
        movesMessages = usesDeadLetters || usesQuorumQueues
    }

    /// Whether any queue has a limit of length.
    var isLimited: Bool { queueArguments.contains { $0["x-max-length"] != nil || $0["x-max-length-bytes"] != nil } }

    /// Whether any queue refuses what is too much.
    var refusesPublishings: Bool {
        queueArguments.contains { $0["x-overflow"]?.string?.hasPrefix("reject-publish") ?? false }
    }

    /// Whether what is asked for is read back at once: messages arrive where they move to, and leave what is too full,
    /// only when all of it has been read.
    var readsBackAtOnce: Bool { movesMessages || isLimited }

    /// Whether the queue is one that a quorum queue could be.
    private func isMadeToLast(_ place: Int) -> Bool { isDurable(place) && place != 3 && place != 4 }

    /// As a rule a name stands for one kind of queue, or every second declare would be refused.
    func isDurable(_ place: Int) -> Bool { (place * 37) % 100 < durability }

    private func quorumArguments(_ random: inout SeededGenerator) -> FieldTable {
        var arguments: FieldTable = ["x-queue-type": "quorum"]
        if random.chance(70) { arguments["x-delivery-limit"] = .int32(Int32(random.number(0...3))) }
        if random.chance(30) {
            arguments["x-consumer-timeout"] = .int32(Int32(random.number(1...20) * longestStep))
        }
        guard random.chance(50) else { return arguments }
        arguments["x-delayed-retry-type"] = random.one(of: "failed", "returned", "all")
        arguments["x-delayed-retry-min"] = .int32(Int32(random.number(0...10) * longestStep))
        if random.chance(50) { arguments["x-delayed-retry-max"] = .int32(Int32(random.number(10...30) * longestStep)) }
        if random.chance(50) { arguments["x-delayed-retry-backoff"] = random.one(of: "linear", "exponential") }
        return arguments
    }

    private mutating func drawTimes(of place: Int, _ random: inout SeededGenerator) {
        if random.chance(30) {
            queueArguments[place]["x-message-ttl"] = .int32(Int32(random.pick(timesToLive) ?? 0))
        }
        if random.chance(15) {
            queueArguments[place]["x-expires"] = .int32(Int32(random.number(1...20) * longestStep))
        }
    }

    /// What may enter. Who is dropped or refused where dead letters come in no foretold order cannot be foretold.
    private mutating func drawEntry(of place: Int, isTarget: Bool, _ random: inout SeededGenerator) {
        guard !isTarget else { return }
        if random.chance(deduplications > 0 ? 60 : 8) { queueArguments[place].append(deduplication(&random)) }
        let isQuorum = queueArguments[place]["x-queue-type"] != nil
        let refusal: FieldValue = isQuorum || random.chance(50) ? "reject-publish" : "reject-publish-dlx"
        if random.chance(30) {
            queueArguments[place]["x-max-length"] = .int32(Int32(random.number(0...5)))
            if random.chance(40) { queueArguments[place]["x-overflow"] = random.one(of: "drop-head", refusal) }
        } else if random.chance(20) {
            // What is dropped at the front of messages of different sizes depends on when each delivery is made.
            queueArguments[place]["x-max-length-bytes"] = .int32(Int32(random.number(0...largestBody * 3)))
            queueArguments[place]["x-overflow"] = refusal
        }
    }

    private func deduplication(_ random: inout SeededGenerator) -> FieldTable {
        var arguments: FieldTable = ["x-message-deduplication": true]
        if random.chance(60) { arguments["x-cache-size"] = .int32(Int32(random.number(1...3))) }
        if random.chance(50) { arguments["x-cache-ttl"] = .int32(Int32(random.number(1...20) * longestStep)) }
        return arguments
    }

    private mutating func drawDeadLettering(_ random: inout SeededGenerator) {
        let targets = queueNames.suffix(from: queueNames.count / 2)
        for place in queueNames.indices where random.chance(75) {
            queueArguments[place]["x-dead-letter-exchange"] = ""
            if let target = random.pick(Array(targets)) {
                queueArguments[place]["x-dead-letter-routing-key"] = .string(target)
            }
        }
    }
}

extension FieldTable {
    fileprivate mutating func append(_ other: FieldTable) {
        for entry in other.entries { self[entry.key] = entry.value }
    }
}
