/// What of the deliveries has been taken by the client's socket and has not been told to the core yet.
///
/// The core lets a session have so many bytes outstanding and then waits (`CoreLimits.outboundWindow`). Telling it
/// costs a locking of the core, so it goes along with other commands where there are any. On its own it goes as
/// soon as half of the window is untold: until then the core has room, so that a consumer never waits in vain.
struct DrainAccount {
    private let threshold: Int
    private var untold = 0

    init(window: Int) { threshold = max(1, window / 2) }

    /// The socket has taken deliveries of this cost.
    mutating func wrote(cost: Int) { untold += cost }

    /// What to tell together with other commands; 0 if there is nothing.
    mutating func take() -> Int {
        defer { untold = 0 }
        return untold
    }

    /// What to tell although there is no other command; 0 if that can wait.
    mutating func takeIfDue() -> Int { untold >= threshold ? take() : 0 }
}
