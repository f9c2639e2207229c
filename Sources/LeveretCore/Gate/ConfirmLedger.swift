import DequeModule

/// The publishings of one channel in confirm mode: which are answered for, which still wait for the journal.
///
/// Answers leave in order and joined (`multiple`), so that a confirm only ever covers a settled prefix.
struct ConfirmLedger {
    let channel: ChannelID
    /// How many publishings there have been; the number of the latest.
    private(set) var published: UInt64 = 0
    /// All up to here have been answered.
    private var answered: UInt64 = 0
    /// All up to here may be answered.
    private var resolvedThrough: UInt64 = 0
    /// What may be answered beyond; disjoint and rising.
    private var resolvedBeyond = Deque<ClosedRange<UInt64>>()
    /// Which of those resolved and not answered are to be refused; rising.
    private var refused = Deque<UInt64>()
    /// Up to which publishing a position covers; rising in both.
    private var waiting = Deque<Wait>()

    private struct Wait {
        let position: JournalPosition
        var through: UInt64
    }

    init(channel: ChannelID) { self.channel = channel }

    var hasAnswers: Bool { answered < resolvedThrough }
    var unansweredCount: Int { Int(clamping: published - answered) }

    mutating func next() -> UInt64 {
        published += 1
        return published
    }

    /// The latest publishing is durable when the position is. `true` if the ledger did not wait for it before.
    mutating func wait(for position: JournalPosition) -> Bool {
        if let last = waiting.indices.last, waiting[last].position == position {
            waiting[last].through = published
            return false
        }
        waiting.append(Wait(position: position, through: published))
        return true
    }

    /// Everything that waited for the position, or an earlier one, may be answered.
    mutating func committed(_ position: JournalPosition) {
        while let first = waiting.first, first.position <= position {
            resolvedThrough = max(resolvedThrough, first.through)
            waiting.removeFirst()
        }
        absorb()
    }

    mutating func resolve(_ sequence: UInt64) {
        guard sequence > resolvedThrough else { return }
        if sequence == resolvedThrough + 1 {
            resolvedThrough = sequence
            absorb()
        } else {
            insertBeyond(sequence)
        }
    }

    mutating func refuse(_ sequence: UInt64) {
        guard sequence > answered else { return }
        let index = refused.firstIndex { $0 >= sequence } ?? refused.endIndex
        if index < refused.endIndex, refused[index] == sequence { return }
        refused.insert(sequence, at: index)
        resolve(sequence)
    }

    /// The journal has failed: everything that still waits is refused.
    mutating func refuseAllUnresolved() {
        guard resolvedThrough < published else { return }
        for sequence in (resolvedThrough + 1)...published where !isResolved(sequence) { refuse(sequence) }
    }

    /// Refusing one joins those beyond it to the resolved prefix, so both have to be looked at.
    private func isResolved(_ sequence: UInt64) -> Bool {
        sequence <= resolvedThrough || resolvedBeyond.contains { $0 ~= sequence }
    }

    private mutating func absorb() {
        while let first = resolvedBeyond.first, first.lowerBound <= resolvedThrough + 1 {
            resolvedThrough = max(resolvedThrough, first.upperBound)
            resolvedBeyond.removeFirst()
        }
    }

    private mutating func insertBeyond(_ sequence: UInt64) {
        var index = resolvedBeyond.endIndex
        while index > 0, resolvedBeyond[index - 1].lowerBound > sequence { index -= 1 }
        if index > 0, resolvedBeyond[index - 1].upperBound >= sequence { return }
        let joinsLeft = index > 0 && resolvedBeyond[index - 1].upperBound + 1 == sequence
        let joinsRight = index < resolvedBeyond.endIndex && resolvedBeyond[index].lowerBound == sequence + 1
        switch (joinsLeft, joinsRight) {
        case (true, true):
            resolvedBeyond[index - 1] = resolvedBeyond[index - 1].lowerBound...resolvedBeyond[index].upperBound
            resolvedBeyond.remove(at: index)
        case (true, false):
            resolvedBeyond[index - 1] = resolvedBeyond[index - 1].lowerBound...sequence
        case (false, true):
            resolvedBeyond[index] = sequence...resolvedBeyond[index].upperBound
        case (false, false):
            resolvedBeyond.insert(sequence...sequence, at: index)
        }
    }

    /// Takes the answers that may leave now, in order.
    mutating func takeAnswers(_ emit: (Effect) -> Void) {
        while answered < resolvedThrough {
            if let next = refused.first, next <= resolvedThrough {
                refused.removeFirst()
                if next > answered + 1 { confirm(through: next - 1, emit) }
                emit(.refuse(channel, publishSequence: next, multiple: false))
                answered = next
            } else {
                confirm(through: resolvedThrough, emit)
            }
        }
    }

    private mutating func confirm(through sequence: UInt64, _ emit: (Effect) -> Void) {
        emit(.confirm(channel, publishSequence: sequence, multiple: sequence > answered + 1))
        answered = sequence
    }
}
