import LeveretCore
import LeveretSimulation

/// What has been promised to the clients of a simulation, and what has become of each message.
///
/// It is naive on purpose: it knows what went into the server and what came out of it, and in which order, but not what
/// happens between. Whatever may be either way from outside is doubtful and judged no more.
final class Ledger {
    private(set) var messages: [SimulatedMessage] = []
    let queues: [SimulatedQueue]
    /// Whether there is a disk, which a confirm is a promise about.
    private let isDurable: Bool
    /// How often the broker has been started.
    private(set) var life = 1
    /// Whether anything has happened for which a message may come back unseen.
    var hasDisruption = false
    private(set) var coverage = NetworkCoverage()
    /// Settled since the last batch was cut.
    private var fresh: [MessageCopy] = []
    /// Settled by bytes that the server is just being given.
    private var underWay: [MessageCopy] = []
    /// What becomes durable with the batch that is being written.
    private var cutSettlements: [MessageCopy] = []
    private var cutMessages: [SimulatedMessage] = []
    /// What was not kept, first of all.
    private(set) var violation: Violation?

    init(queueNames: [String], isDurable: Bool) {
        queues = queueNames.map(SimulatedQueue.init)
        self.isDurable = isDurable
    }

    /// Whether a message survives the machine as far as is known.
    func isSafe(_ message: SimulatedMessage) -> Bool { !isDurable || !message.isPersistent || message.isDurable }

    func queue(_ name: String) -> SimulatedQueue? { queues.first { $0.name == name } }

    /// Errors are noted here, because they are found in calls of the server's, which would not hand them on.
    func accuse(_ text: String) { if violation == nil { violation = Violation(text) } }

    func count(_ place: WritableKeyPath<NetworkCoverage, Int>, by number: Int = 1) {
        coverage[keyPath: place] += number
    }

    func makeMessage(
        size: Int,
        isPersistent: Bool,
        isMandatory: Bool,
        to address: SimulatedMessage.Address,
        by channel: ClientChannel
    ) -> SimulatedMessage {
        let message = SimulatedMessage(
            number: messages.count,
            size: size,
            isPersistent: isPersistent,
            isMandatory: isMandatory,
            to: address,
            publisher: channel.serial
        )
        messages.append(message)
        count(\.publishings)
        return message
    }

    /// The message of an identifier as it travels.
    func message(withProperties properties: UnsafeRawBufferPointer) -> SimulatedMessage? {
        guard let number = SimulatedMessage.numbers(in: Array(properties)).first else { return nil }
        return messages.indices.contains(number) ? messages[number] : nil
    }
}

// MARK: - What the server is told

extension Ledger {
    /// The server has been given all of a publishing; in a channel of which nobody knows whether it is still open
    /// there, it may have been passed over.
    func accept(_ message: SimulatedMessage, isDoubtful: Bool) {
        message.isAccepted = true
        for copy in message.copies {
            copy.state = isDoubtful ? .doubtful : .ready
            copy.queue.copies.append(copy)
        }
    }

    /// Settled for good.
    func settle(_ copy: MessageCopy) {
        copy.state = .settled
        underWay.append(copy)
    }

    /// The server has taken what it was being given: the next batch holds it.
    func endFeeding() {
        fresh += underWay
        underWay = []
    }
}

// MARK: - The journal

extension Ledger {
    func noteCut(_ batch: JournalBatch) {
        cutSettlements += fresh
        fresh = []
        do {
            for segment in batch.segments {
                let content = try JournalImage.content(of: segment)
                cutMessages += SimulatedMessage.numbers(in: content).filter(messages.indices.contains).map {
                    messages[$0]
                }
            }
        } catch {
            accuse("\(error)")
        }
    }

    func noteCommit() {
        for message in cutMessages { message.isDurable = true }
        for copy in cutSettlements { copy.isSettlementDurable = true }
        cutMessages = []
        cutSettlements = []
        count(\.commits)
    }

    /// The machine has stopped, and a new broker recovers from what was durable.
    func restart() {
        life += 1
        hasDisruption = true
        (fresh, underWay, cutSettlements, cutMessages) = ([], [], [], [])
        for queue in queues {
            for copy in queue.copies { copy.state = stateAfterRestart(of: copy) }
            queue.forgetAbsent()
        }
    }

    private func stateAfterRestart(of copy: MessageCopy) -> MessageCopy.State {
        guard copy.message.isPersistent else { return .absent }
        switch copy.state {
        case .absent: return .absent
        case .settled: return copy.isSettlementDurable ? .settled : .doubtful
        case .doubtful: return .doubtful
        case .ready, .taken: return copy.message.isConfirmed ? .ready : .doubtful
        }
    }
}

extension SimulatedQueue {
    fileprivate func forgetAbsent() {
        copies.removeAll { if case .absent = $0.state { true } else { false } }
    }

    /// The copies that must be in the queue and be delivered to whoever has room.
    var owed: [MessageCopy] {
        copies.filter { if case .ready = $0.state { true } else { false } }
    }
}
