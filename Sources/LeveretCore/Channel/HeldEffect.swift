/// What a channel is to be told once something that comes before it has happened. Nothing overtakes it.
enum HeldEffect {
    /// An answer that promises durability: waits for the position.
    case until(JournalPosition, Effect)
    /// Waits for what is held before it. `pin` keeps the record that the effect refers to in memory.
    case effect(Effect, pin: Segment?)
    /// A get whose message has to be read back from the journal first, or that waits for what is held before it.
    case get(Queue, noAcknowledge: Bool)
    /// A recovery that also gives back what a get before it has yet to take.
    case recovery(noWait: Bool)

    /// Whether it takes messages, or gives them back, once its turn has come.
    var movesMessages: Bool {
        switch self {
        case .get, .recovery: true
        case .until, .effect: false
        }
    }
}
