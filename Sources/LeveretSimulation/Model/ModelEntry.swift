import LeveretModel

/// A message in one queue.
final class ModelEntry {
    enum Place {
        case ready
        case unacknowledged
        /// It may not be delivered before `dueAt`.
        case delayed
        /// Its time has come, but its new place has yet to become durable with a batch.
        case promoted(batch: Int)
        case settled
    }

    /// What of it survives a restart.
    struct Record: Equatable {
        /// Tells entries apart, also over restarts.
        var identity: Int
        /// The number that the message's body begins with.
        var serial: Int
        /// As it was published; what the broker has added is below.
        var message: ObservedMessage
        var deadline: UInt64?
        var priority: UInt8
        var deaths: [ModelDeath] = []
        var dueAt: UInt64?
        /// The step in which the message took its place. The order of dead letters that came in one step is not foretold.
        var arrival: Int
        /// How often it came back because something went wrong with it, and how often at all.
        var failures: UInt64 = 0
        var returns: UInt64 = 0
    }

    var record: Record
    let isPersistent: Bool
    var place = Place.ready
    /// Whether the next delivery must say that it may not be the first.
    var wasDelivered = false
    /// Set by a crash: the next delivery may say so although it is the first.
    var mayClaimRedelivery = false
    /// A persistent message may leave only when the journal knows that it may have been delivered. This is the
    /// first batch that was cut after somebody wanted it: when it is committed, the message must leave.
    var wantedBefore: Int?
    /// Number of the journal batch that carries the entry; `nil` if none was cut since it came.
    var batch: Int?
    /// The step in which it became ready: what else happens in that step may have come before.
    var readySince: Int
    /// The step in which it last came back from somebody to whom it was delivered.
    var returnedIn = 0
    /// Where it went when it died, if it could go anywhere, and the first batch that was cut after that.
    var copies: [ModelEntry] = []
    var diedBefore: Int?

    init(_ record: Record, isPersistent: Bool, readySince: Int) {
        self.record = record
        self.isPersistent = isPersistent
        self.readySince = readySince
        if record.dueAt != nil { place = .delayed }
    }

    var serial: Int { record.serial }
    var message: ObservedMessage { record.message }
    var priority: UInt8 { record.priority }

    var isReady: Bool { if case .ready = place { true } else { false } }
    var isUnacknowledged: Bool { if case .unacknowledged = place { true } else { false } }
    var isSettled: Bool { if case .settled = place { true } else { false } }

    /// The message in few words, for a failure.
    var summary: String {
        var words = ["`\(serial)`", "\(place)"]
        if priority > 0 { words.append("priority \(priority)") }
        if let deadline = record.deadline { words.append("until \(deadline)") }
        if let dueAt = record.dueAt { words.append("due at \(dueAt)") }
        for death in record.deaths { words.append("\(death.reason) in \(death.queue)") }
        return words.joined(separator: " ")
    }

    func isOver(at time: UInt64) -> Bool { record.deadline.map { $0 <= time } ?? false }

    /// Whether the order of the two is not foretold.
    func mayChangePlaces(with other: ModelEntry) -> Bool {
        record.arrival == other.record.arrival && !(record.deaths.isEmpty && other.record.deaths.isEmpty)
    }

    /// Whether a client that is shown this has been shown the message, with what the broker adds to it.
    func isShown(as observed: ObservedMessage) -> Bool {
        guard observed.body == message.body, observed.exchange == message.exchange,
            observed.routingKey == message.routingKey
        else { return false }
        if record.deaths.isEmpty, record.returns == 0 { return observed.properties == message.properties }
        guard var seen = BasicProperties(observed), var own = BasicProperties(message) else { return false }
        var headers = seen.headers ?? [:]
        guard let deaths = ModelDeath.take(from: &headers), ModelDeath.isShown(record.deaths, as: deaths) else {
            return false
        }
        guard headers.take("x-delivery-count")?.integer ?? 0 == Int64(record.failures),
            headers.take("x-acquired-count")?.integer ?? 0 == Int64(record.returns)
        else { return false }
        seen.headers = headers
        own.headers = own.headers ?? [:]
        return seen == own
    }
}

/// A death of a message, as its headers tell it.
struct ModelDeath: Equatable {
    enum Reason: String { case rejected, expired, maxlen, delivery_limit }

    var queue: String
    var reason: Reason
    var count: Int64 = 1
    /// Whether it may have died of age as well as of its queue's length.
    var isDoubtful = false

    /// Whether a client that is told of deaths is told of these.
    static func isShown(_ deaths: [ModelDeath], as told: [ModelDeath]) -> Bool {
        deaths.count == told.count && zip(deaths, told).allSatisfy { $0.isShown(as: $1) }
    }

    private func isShown(as told: ModelDeath) -> Bool {
        guard told.queue == queue, told.count == count else { return false }
        return told.reason == reason || (isDoubtful && (told.reason == .expired || told.reason == .maxlen))
    }

    /// The latest first; the same queue and reason again only count up.
    static func adding(_ reason: Reason, in queue: String, to deaths: [ModelDeath]) -> [ModelDeath] {
        let isSame = { (death: ModelDeath) in death.queue == queue && death.reason == reason }
        let count = deaths.first(where: isSame)?.count ?? 0
        return [ModelDeath(queue: queue, reason: reason, count: count + 1)] + deaths.filter { !isSame($0) }
    }

    /// Whether a message would go round for ever if it came to the queue: it has died there, and nobody has rejected
    /// it since.
    static func isCycle(_ deaths: [ModelDeath], to queue: String) -> Bool {
        guard let place = deaths.firstIndex(where: { $0.queue == queue }) else { return false }
        return !deaths[...place].contains { $0.reason == .rejected }
    }

    /// Takes out of a message's headers what the broker has written of its deaths; `nil` if that does not fit together.
    static func take(from headers: inout FieldTable) -> [ModelDeath]? {
        guard let list = headers.take("x-death") else { return [] }
        guard case .array(let values) = list else { return nil }
        let deaths = values.compactMap { value -> ModelDeath? in
            guard case .table(let table) = value, let queue = table["queue"]?.string,
                let count = table["count"]?.integer,
                let reason = table["reason"]?.string.flatMap(Reason.init)
            else { return nil }
            return ModelDeath(queue: queue, reason: reason, count: count)
        }
        let last = (headers.take("x-last-death-queue")?.string, headers.take("x-last-death-reason")?.string)
        guard deaths.count == values.count, let latest = deaths.first, last.0 == latest.queue,
            last.1 == latest.reason.rawValue, headers.take("x-last-death-exchange") != nil
        else { return nil }
        for name in ["queue", "reason", "exchange"] where headers.take("x-first-death-\(name)") == nil { return nil }
        return deaths
    }
}

extension FieldTable {
    fileprivate mutating func take(_ key: String) -> FieldValue? {
        defer { self[key] = nil }
        return self[key]
    }
}

extension BasicProperties {
    init?(_ message: ObservedMessage) {
        guard let properties = message.properties.withUnsafeBytes({ try? BasicProperties(encoded: $0) }) else {
            return nil
        }
        self = properties
    }
}
