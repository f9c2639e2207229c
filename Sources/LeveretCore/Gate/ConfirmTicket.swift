/// Which publishing of which channel is to be confirmed.
struct ConfirmTicket {
    let ledger: LedgerReference
    let publishSequence: UInt64
}

/// A ledger in the gate's table. The generation tells a ledger from later ones in the same place.
struct LedgerReference: Hashable {
    let slot: UInt32
    let generation: UInt32
}
