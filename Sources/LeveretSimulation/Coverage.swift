import LeveretCore

/// How often a simulation came by the places that it exists for.
package struct Coverage: Sendable, Hashable {
    package var publishings = 0
    package var deliveries = 0
    package var redeliveries = 0
    package var gets = 0
    package var confirms = 0
    package var returns = 0
    package var transactions = 0
    package var channelExceptions = 0
    package var connectionExceptions = 0
    package var consumersCancelled = 0
    package var blocks = 0
    package var alarms = 0
    package var commits = 0
    package var stalls = 0
    package var failures = 0
    package var crashes = 0
    package var loads = 0
    package var refusals = 0
    package var wakes = 0
    package var expiredMessages = 0
    package var droppedMessages = 0
    package var expiredQueues = 0
    package var failedMessages = 0
    package var deadLetters = 0
    package var duplicates = 0
    /// Those of which nothing but the original's batch holds back the confirm.
    package var awaitedDuplicates = 0
    package var retries = 0
    package var endedDelays = 0
    package var takenBack = 0
    package var compactions = 0
    package var heldRecoveries = 0

    package init() {}

    mutating func note(_ action: Action) {
        if case .publish(_, let run) = action { publishings += run.count }
        if case .resourceAlarm(_, isRaised: true) = action { alarms += 1 }
    }

    mutating func note(_ model: ModelBroker) {
        expiredMessages += model.expiredMessages
        droppedMessages += model.droppedMessages
        failedMessages += model.failedMessages
        expiredQueues += model.expiredQueues
        deadLetters += model.deadLetters
        duplicates += model.duplicates
        awaitedDuplicates += model.awaitedDuplicates
        retries += model.retries
        endedDelays += model.endedDelays
        takenBack += model.takenBack
        heldRecoveries += model.heldRecoveries
    }

    mutating func note(_ observation: Observation) {
        switch observation {
        case .deliver(_, let delivery):
            deliveries += 1
            if delivery.redelivered { redeliveries += 1 }
        case .getOk: gets += 1
        case .confirm: confirms += 1
        case .refuse: refusals += 1
        case .returned: returns += 1
        case .reply(_, .committed): transactions += 1
        case .channelException: channelExceptions += 1
        case .connectionException: connectionExceptions += 1
        case .consumerCancelled: consumersCancelled += 1
        case .block: blocks += 1
        default: break
        }
    }

    private static let names: [(name: String, count: any WritableKeyPath<Coverage, Int> & Sendable)] = [
        ("publishings", \.publishings), ("deliveries", \.deliveries), ("redeliveries", \.redeliveries),
        ("gets", \.gets), ("confirms", \.confirms), ("returns", \.returns),
        ("transactions", \.transactions),
        ("channelExceptions", \.channelExceptions), ("connectionExceptions", \.connectionExceptions),
        ("consumersCancelled", \.consumersCancelled), ("blocks", \.blocks), ("alarms", \.alarms),
        ("commits", \.commits),
        ("stalls", \.stalls), ("failures", \.failures), ("crashes", \.crashes), ("loads", \.loads),
        ("refusals", \.refusals), ("wakes", \.wakes), ("expiredMessages", \.expiredMessages),
        ("droppedMessages", \.droppedMessages), ("expiredQueues", \.expiredQueues),
        ("failedMessages", \.failedMessages), ("deadLetters", \.deadLetters), ("duplicates", \.duplicates),
        ("awaitedDuplicates", \.awaitedDuplicates), ("retries", \.retries), ("endedDelays", \.endedDelays),
        ("takenBack", \.takenBack), ("heldRecoveries", \.heldRecoveries),
        ("compactions", \.compactions),
    ]

    /// How often each place was come by.
    package var counts: [(name: String, count: Int)] { Self.names.map { ($0.name, self[keyPath: $0.count]) } }

    package static func + (left: Coverage, right: Coverage) -> Coverage {
        var sum = left
        for (_, count) in names { sum[keyPath: count] += right[keyPath: count] }
        return sum
    }
}
