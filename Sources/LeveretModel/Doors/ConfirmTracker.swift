/// The publishings of a channel that the broker has not answered, by publish sequence.
package struct ConfirmTracker: Sendable {
    /// From `head` on; what is before it is gone.
    private var waiting: [PublishConfirmation?] = []
    private var head = 0
    /// The number of the publishing at `head`.
    private var firstSequence: UInt64 = 1
    private var returned: [UInt64: PublishError] = [:]

    package init() {}

    /// The number of the next publishing.
    package var nextSequence: UInt64 { firstSequence + UInt64(count) }

    /// How many publishings wait, and those answered among them that come after one that waits.
    package var count: Int { waiting.count - head }

    /// Whether the answer to a publishing is still to come.
    package func isUnanswered(_ sequence: UInt64) -> Bool {
        guard sequence >= firstSequence, sequence < nextSequence else { return false }
        return waiting[head + Int(sequence - firstSequence)] != nil
    }

    /// Counts one more publishing.
    package mutating func add() -> PublishConfirmation {
        let confirmation = PublishConfirmation()
        waiting.append(confirmation)
        return confirmation
    }

    /// The broker gave the message of a publishing back; the confirm that follows is then a refusal.
    package mutating func noteReturned(_ sequence: UInt64, _ error: PublishError) {
        returned[sequence] = error
    }

    /// The broker has answered a publishing, or all up to it. Gives the answers to hand on.
    package mutating func answer(
        _ sequence: UInt64,
        multiple: Bool,
        refused: Bool
    ) -> [(PublishConfirmation, Result<Void, any Error>)] {
        guard sequence >= firstSequence, sequence < nextSequence else { return [] }
        let last = Int(sequence - firstSequence)
        var answers: [(PublishConfirmation, Result<Void, any Error>)] = []
        for index in (multiple ? 0 : last)...last {
            guard let confirmation = waiting[head + index].take() else { continue }
            let number = firstSequence + UInt64(index)
            answers.append((confirmation, result(of: number, refused: refused)))
        }
        dropAnswered()
        return answers
    }

    private mutating func result(of sequence: UInt64, refused: Bool) -> Result<Void, any Error> {
        if let error = returned.removeValue(forKey: sequence) { return .failure(error) }
        return refused ? .failure(PublishError.refused) : .success(())
    }

    private mutating func dropAnswered() {
        let answered = waiting[head...].prefix { $0 == nil }.count
        guard answered > 0 else { return }
        head += answered
        firstSequence += UInt64(answered)
        // Moving what waits for each answer would cost more than the memory that this leaves unused.
        guard head == waiting.count || head > Self.keptGap, head > waiting.count / 2 else { return }
        waiting.removeFirst(head)
        head = 0
    }

    private static let keptGap = 256

    /// The channel is closed: takes everything that will not be answered any more.
    package mutating func takeAll() -> [PublishConfirmation] {
        defer {
            firstSequence = nextSequence
            waiting = []
            head = 0
            returned = [:]
        }
        return waiting[head...].compactMap { $0 }
    }
}
