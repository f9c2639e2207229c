/// The publishings of a channel that the broker has not answered, by publish sequence.
package struct ConfirmTracker: Sendable {
    /// From `head` on; what is before it is gone.
    private var waiting: [PublishConfirmation?] = []
    private var head = 0
    /// The number of the publishing at `head`.
    private var firstSequence: UInt64 = 1
    private var returned: [UInt64: PublishError] = [:]

    /// What the broker has said of messages that one confirmation stands for.
    package struct Answer: Sendable {
        package let confirmation: PublishConfirmation
        package let result: Result<Void, any Error>
        package fileprivate(set) var count = 1

        /// Tells it to those who wait.
        package func tell() { confirmation.settle(result, count: count) }

        /// Takes another message in, if it has the same confirmation and nothing has failed.
        fileprivate mutating func include(_ other: PublishConfirmation, _ result: Result<Void, any Error>) -> Bool {
            guard confirmation === other, case .success = self.result, case .success = result else { return false }
            count += 1
            return true
        }
    }

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

    /// Counts more publishings, whose answers the confirmation waits for.
    package mutating func add(_ confirmation: PublishConfirmation, count: Int = 1) {
        for _ in 0..<count { waiting.append(confirmation) }
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
    ) -> [Answer] {
        guard sequence >= firstSequence, sequence < nextSequence else { return [] }
        let last = Int(sequence - firstSequence)
        var answers: [Answer] = []
        for index in (multiple ? 0 : last)...last {
            guard let confirmation = waiting[head + index].take() else { continue }
            let number = firstSequence + UInt64(index)
            let result = result(of: number, refused: refused)
            let isIncluded = answers.indices.last.map { answers[$0].include(confirmation, result) } ?? false
            if !isIncluded { answers.append(Answer(confirmation: confirmation, result: result)) }
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

    /// The channel is closed: gives everything that will not be answered any more the error as answer.
    package mutating func failAll(_ error: any Error) -> [Answer] {
        defer {
            firstSequence = nextSequence
            waiting = []
            head = 0
            returned = [:]
        }
        var answers: [Answer] = []
        for case let confirmation? in waiting[head...] where answers.last?.confirmation !== confirmation {
            answers.append(Answer(confirmation: confirmation, result: .failure(error)))
        }
        return answers
    }
}
