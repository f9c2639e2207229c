/// Holds back every effect that promises durability until the journal has committed its position.
///
/// Nothing else may release a confirm of a journaled publishing, but for its having been settled before it was
/// written.
struct CommitGate {
    /// The position of what is recorded from now on.
    private(set) var openPosition = JournalPosition(rawValue: 1)
    /// Everything up to here is durable.
    private(set) var committedPosition = JournalPosition(rawValue: 0)
    private var ledgers: [ConfirmLedger?] = []
    private var generations: [UInt32] = []
    private var freeSlots: [UInt32] = []
    private var waitingLedgers: [(position: JournalPosition, ledger: LedgerReference)] = []
    private var answerable: [LedgerReference] = []
    private var heldChannels: [Channel] = []
    /// Whether an answer waits for the open position, so that it has to be committed even if nothing is to be written.
    private(set) var isOpenPositionAwaited = false

    /// Whether a batch has been cut and not been committed.
    var hasBatchUnderWay: Bool { committedPosition.rawValue + 1 < openPosition.rawValue }

    func isDurable(_ position: JournalPosition) -> Bool { position <= committedPosition }

    /// Gives the open position to a batch.
    mutating func takePosition() -> JournalPosition {
        defer { openPosition = JournalPosition(rawValue: openPosition.rawValue + 1) }
        isOpenPositionAwaited = false
        return openPosition
    }
}

// MARK: - Ledgers

extension CommitGate {
    mutating func makeLedger(for channel: ChannelID) -> LedgerReference {
        let ledger = ConfirmLedger(channel: channel)
        if let slot = freeSlots.popLast() {
            ledgers[Int(slot)] = ledger
            return LedgerReference(slot: slot, generation: generations[Int(slot)])
        }
        ledgers.append(ledger)
        generations.append(0)
        return LedgerReference(slot: UInt32(ledgers.count - 1), generation: 0)
    }

    mutating func removeLedger(_ reference: LedgerReference) {
        guard isCurrent(reference) else { return }
        ledgers[Int(reference.slot)] = nil
        generations[Int(reference.slot)] &+= 1
        freeSlots.append(reference.slot)
    }

    mutating func nextSequence(in reference: LedgerReference) -> UInt64 {
        ledgers[Int(reference.slot)]?.next() ?? 0
    }

    /// The latest publishing of the ledger waits for the open position. Its channel may be gone: then nobody waits.
    mutating func wait(_ reference: LedgerReference) {
        guard isCurrent(reference) else { return }
        if ledgers[Int(reference.slot)]?.wait(for: openPosition) ?? false {
            waitingLedgers.append((openPosition, reference))
        }
    }

    /// How many publishings of the ledger have not been answered for.
    func unansweredCount(_ reference: LedgerReference) -> Int {
        isCurrent(reference) ? ledgers[Int(reference.slot)]?.unansweredCount ?? 0 : 0
    }

    /// The publishing may be confirmed.
    mutating func resolve(_ ticket: ConfirmTicket) {
        update(ticket.ledger) { $0.resolve(ticket.publishSequence) }
    }

    mutating func refuse(_ ticket: ConfirmTicket) {
        update(ticket.ledger) { $0.refuse(ticket.publishSequence) }
    }

    private mutating func update(_ reference: LedgerReference, _ change: (inout ConfirmLedger) -> Void) {
        let slot = Int(reference.slot)
        guard isCurrent(reference), ledgers[slot] != nil else { return }
        let hadAnswers = ledgers[slot]!.hasAnswers
        change(&ledgers[slot]!)
        if !hadAnswers, ledgers[slot]!.hasAnswers { answerable.append(reference) }
    }

    private func isCurrent(_ reference: LedgerReference) -> Bool {
        generations[Int(reference.slot)] == reference.generation
    }

    /// Takes the confirms and refusals that may leave now.
    mutating func takeAnswers(_ emit: (Effect) -> Void) {
        guard !answerable.isEmpty else { return }
        for reference in answerable where isCurrent(reference) {
            ledgers[Int(reference.slot)]?.takeAnswers(emit)
        }
        answerable.removeAll(keepingCapacity: true)
    }

    /// The journal has failed for good: what waits is refused.
    mutating func refuseAllWaiting() {
        for slot in ledgers.indices where ledgers[slot] != nil {
            let reference = LedgerReference(slot: UInt32(slot), generation: generations[slot])
            update(reference) { $0.refuseAllUnresolved() }
        }
    }
}

// MARK: - Positions

extension CommitGate {
    /// Everything up to the position is durable. Gives the channels that held
    /// something back; those that still do are to be put on hold again.
    mutating func commit(_ position: JournalPosition) -> [Channel] {
        guard position > committedPosition, position < openPosition else { return [] }
        committedPosition = position
        var remaining = 0
        for (waitPosition, ledger) in waitingLedgers {
            if waitPosition <= position {
                update(ledger) { $0.committed(position) }
            } else {
                waitingLedgers[remaining] = (waitPosition, ledger)
                remaining += 1
            }
        }
        waitingLedgers.removeLast(waitingLedgers.count - remaining)
        defer { heldChannels.removeAll() }
        return heldChannels
    }

    /// Somebody wants to know when the open position is durable, even if nothing else is to be written.
    mutating func awaitOpenPosition() { isOpenPositionAwaited = true }

    /// Holds back the channel's effects until the position is durable.
    mutating func hold(_ channel: Channel, until position: JournalPosition) {
        if position == openPosition { isOpenPositionAwaited = true }
        if !heldChannels.contains(where: { $0 === channel }) { heldChannels.append(channel) }
    }

    mutating func forget(_ channel: Channel) {
        heldChannels.removeAll { $0 === channel }
    }
}
