import LeveretModel

/// The deaths of a message, as its header `x-death` lists them: the latest first, one entry for each queue and reason.
struct DeathHistory {
    /// One death of a message.
    struct Death {
        var queue: String
        var reason: DeathReason
        /// In seconds since 1970.
        var time: UInt64
        var exchange: String
        var routingKeys: [String]
        /// The message's own time to live, which it loses.
        var expiration: String?
    }

    private(set) var entries: [FieldTable]

    /// What clients published under that name is no history.
    init(_ headers: FieldTable, isOwn: Bool) {
        guard isOwn, case .array(let values) = headers["x-death"] else {
            entries = []
            return
        }
        entries = values.compactMap { if case .table(let entry) = $0 { entry } else { nil } }
    }

    /// Notes a death. The same queue and reason again only count up, and keep the time of the first.
    mutating func add(_ death: Death) {
        if let index = entries.firstIndex(where: { $0.isDeath(in: death.queue, of: death.reason) }) {
            var entry = entries.remove(at: index)
            entry["count"] = .int64((entry["count"]?.integer ?? 0) + 1)
            entries.insert(entry, at: 0)
            return
        }
        var entry: FieldTable = [
            "count": .int64(1),
            "reason": .string(death.reason.rawValue),
            "queue": .string(death.queue),
            "time": .timestamp(death.time),
            "exchange": .string(death.exchange),
            "routing-keys": .array(death.routingKeys.map(FieldValue.string)),
        ]
        if let expiration = death.expiration { entry["original-expiration"] = .string(expiration) }
        entries.insert(entry, at: 0)
    }

    /// Whether the message has been in the queue before and has come back there without anybody having rejected it
    /// since: it would go round for ever.
    func isCycle(_ queue: String) -> Bool {
        guard let last = entries.firstIndex(where: { $0["queue"]?.string == queue }) else { return false }
        return entries[...last].allSatisfy { $0["reason"]?.string != DeathReason.rejected.rawValue }
    }

    /// Puts the deaths into a message's headers, the latest being the one given.
    func write(_ death: Death, into headers: inout FieldTable, isFirst: Bool) {
        headers["x-death"] = .array(entries.map(FieldValue.table))
        if isFirst { write(death, as: "x-first-death", into: &headers) }
        write(death, as: "x-last-death", into: &headers)
    }

    private func write(_ death: Death, as name: String, into headers: inout FieldTable) {
        headers["\(name)-reason"] = .string(death.reason.rawValue)
        headers["\(name)-queue"] = .string(death.queue)
        headers["\(name)-exchange"] = .string(death.exchange)
    }
}

extension FieldTable {
    fileprivate func isDeath(in queue: String, of reason: DeathReason) -> Bool {
        self["queue"]?.string == queue && self["reason"]?.string == reason.rawValue
    }
}
