import LeveretCore
import LeveretModel

// How long the queues are

extension ModelBroker {
    /// Where what is dropped is not foretold, the length of the queue tells.
    func settleDoubts(_ reports: [BrokerReport.Queue]) {
        guard isCountable else { return }
        for report in reports {
            guard let queue = queue(named: report.name) else { continue }
            forgetWhatFoundNoQueue(in: queue, leaving: report.ready)
            dropPassedOver(in: queue, leaving: report.ready)
        }
        dropWhatMayNotStay()
    }

    func checkCounts(_ reports: [BrokerReport.Queue]) throws {
        guard isCountable else { return }
        for report in reports {
            guard let queue = queue(named: report.name), queue.isNameKnown else { continue }
            let own = (queue.ready.count, queue.entries.count(where: \.isUnacknowledged))
            guard own == (report.ready, report.unacknowledged) else {
                let said = "\(report.name) says \(report.ready) ready, \(report.unacknowledged) unacknowledged"
                throw Violation("\(said); \(queue.contents)")
            }
        }
    }

    /// What has to be read back may still move or go.
    var isCountable: Bool { !hasFailed && wantedSegments.isEmpty }

    /// Where a queue drops what is too much, that depends on the order in which messages come and are delivered within
    /// one command, which is not foretold. But when something was dropped the queue was full.
    private func dropPassedOver(in queue: ModelQueue, leaving count: Int) {
        guard let limit = queue.rules.mostKept, queue.ready.count > count else { return }
        guard count + queue.departures(in: currentStep) >= limit else { return }
        let missing = missingInCore(of: queue)
        let passedOver = queue.passedOver.filter(\.isReady)
        let likely = missing + passedOver + queue.readyInOrder
        for entry in likely where entry.isReady && queue.ready.count > count {
            bury(entry, of: queue, because: .maxlen)
        }
    }

    /// A confirm or an empty get says so of a message that its queue dropped though others were delivered behind it, or
    /// have died of age.
    /// `false` if it did not have to be dropped.
    func dropIfDoubtful(_ entry: ModelEntry) -> Bool {
        guard entry.isReady, let queue = queues.first(where: { $0.entries.contains { $0 === entry } }),
            queue.mayHaveBeenOverfull(in: currentStep)
        else { return false }
        bury(entry, of: queue, because: .maxlen)
        return true
    }

    /// What dies in the moment in which the queue goes for want of use that it comes to, and cannot stay in, may find it
    /// gone.
    private func forgetWhatFoundNoQueue(in queue: ModelQueue, leaving count: Int) {
        guard queue.ready.count > count, queuesExpiredIn == currentStep else { return }
        let doubtful = queue.ready.filter { entry in
            entry.record.arrival == currentStep && entry.record.deaths.count > 1
                && entry.record.deaths.contains { $0.reason == .expired && self.queue(named: $0.queue) == nil }
        }
        for entry in doubtful.prefix(queue.ready.count - count) { queue.settle(entry) }
    }

    /// What the queues hold, in few words each.
    package var contents: [String] { queues.map(\.contents) }
}
