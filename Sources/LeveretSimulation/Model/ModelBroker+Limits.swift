import LeveretCore
import LeveretModel

// What leaves a queue that is longer than it may be

extension ModelBroker {
    func dropExcess(of queue: ModelQueue) {
        guard !queue.rules.refusesPublishings, queue.isOverfull else { return }
        if !queue.passedOver(in: currentStep).isEmpty { dropAsTheCore(in: queue) }
        while queue.isOverfull, let first = queue.firstReady { bury(first, of: queue, because: .maxlen) }
    }

    /// Nothing is dropped for want of room in a queue while a consumer could have taken it. That a consumer had room all
    /// the time is certain only where messages are published and nothing else happens.
    func checkConsumersHadTheirTurn(_ reports: [BrokerReport.Queue]) throws {
        defer { publishingIn = 0 }
        guard publishingIn == currentStep, queuesExpiredIn != currentStep, isCountable else { return }
        for report in reports {
            guard let queue = queue(named: report.name), queue.rules.isLimited, !queue.rules.refusesPublishings else {
                continue
            }
            let living = queue.ready.filter { !$0.isOver(at: now) }
            guard living.count > report.ready, !living.contains(where: \.isPersistent) else { continue }
            let idle = queue.consumers.first {
                hasRoom($0) && isReachable($0) && $0.channel.settledIn != currentStep
            }
            guard let idle else { continue }
            throw Violation("\(queue.name) drops messages though consumer \(idle.tag) has room; \(queue.contents)")
        }
    }

    /// What a delay has made too much leaves before a queue that it may go to goes for want of use a little later.
    func dropExcessOfDelays(endedBefore time: UInt64) {
        for queue in queues where queue.consumers.isEmpty {
            if let first = queue.firstEndedDelay(in: currentStep), first < time { dropExcess(of: queue) }
        }
    }

    /// Where consumers have had their turn in between, it is not foretold which messages there were too many then: those
    /// are dropped that the core has no more.
    private func dropAsTheCore(in queue: ModelQueue) {
        for entry in missingInCore(of: queue) where queue.isOverfull { bury(entry, of: queue, because: .maxlen) }
    }

    /// What a delivery has passed over was too much before it, if the core has it no more.
    func dropPassedOver(in queue: ModelQueue) {
        guard queue.rules.isLimited, !queue.rules.refusesPublishings else { return }
        let passedOver = queue.passedOver(in: currentStep)
        for entry in missingInCore(of: queue) where passedOver.contains(where: { $0 === entry }) {
            bury(entry, of: queue, because: .maxlen)
        }
    }

    /// What is ready in a queue but not in the core's, and not on its way to a client either; nothing if that cannot be
    /// seen.
    func missingInCore(of queue: ModelQueue) -> [ModelEntry] {
        guard var kept = readyInCore(queue.name) else { return [] }
        return queue.readyInOrder.filter { entry in
            if let place = kept.firstIndex(of: entry.message.body) {
                kept.remove(at: place)
                return false
            }
            return !deliveredInCommand.contains(entry.message.body)
        }
    }
}
