/// Whether and when a lost connection is made again.
public struct ReconnectPolicy: Sendable, Hashable {
    private var backoff: Backoff?

    private struct Backoff: Hashable {
        var initial: Duration
        var maximum: Duration
        var jitter: Double
        var attempts: Int?
    }

    /// A lost connection stays lost.
    public static let never = ReconnectPolicy(backoff: nil)

    /// Pauses that double from attempt to attempt.
    ///
    /// - Parameters:
    ///   - initial: the pause before the first attempt.
    ///   - maximum: no pause is longer.
    ///   - jitter: how much of a pause is left to chance, from 0 to 1, so that many clients do not come back at the
    ///     same moment; 0.2 makes a pause up to a fifth shorter.
    ///   - attempts: how many attempts in a row may fail; `nil` for any number.
    public static func backoff(
        initial: Duration = .milliseconds(500),
        maximum: Duration = .seconds(30),
        jitter: Double = 0.2,
        attempts: Int? = nil
    ) -> ReconnectPolicy {
        ReconnectPolicy(
            backoff: Backoff(
                initial: max(initial, .zero),
                maximum: max(maximum, .zero),
                jitter: min(max(jitter, 0), 1),
                attempts: attempts
            )
        )
    }

    /// The pause before an attempt, or `nil` if there is to be none.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1 since the connection was open last.
    ///   - chance: from 0 to 1.
    func pause(beforeAttempt attempt: Int, chance: Double) -> Duration? {
        guard let backoff, attempt >= 1, attempt <= backoff.attempts ?? .max else { return nil }
        var pause = backoff.initial
        var doublings = attempt - 1
        while doublings > 0, pause > .zero, pause < backoff.maximum {
            pause *= 2
            doublings -= 1
        }
        return min(pause, backoff.maximum) * (1 - backoff.jitter * min(max(chance, 0), 1))
    }
}
