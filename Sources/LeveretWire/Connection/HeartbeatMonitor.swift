/// Decides when a heartbeat is due and when the peer counts as gone. It knows no clock: times are passed in, in
/// milliseconds from any fixed point.
package struct HeartbeatMonitor: Sendable, Hashable {
    /// What to do now.
    package enum Action: Sendable, Hashable {
        /// Send a heartbeat; the monitor counts it as sent. Ask again at once.
        case send
        /// The peer has been silent for two intervals: drop the connection.
        case timedOut
        /// Nothing until then; `Int64.max` is never.
        case wait(until: Int64)
    }

    private let interval: Int64
    private var lastReceived: Int64
    private var lastSent: Int64
    private var isPaused = false

    /// Starts watching.
    ///
    /// - Parameter seconds: the negotiated interval; 0 turns heartbeats off.
    package init(seconds: UInt16, at now: Int64) {
        interval = Int64(seconds) * 1000
        lastReceived = now
        lastSent = now
    }

    /// Any octet was received.
    package mutating func received(at now: Int64) { lastReceived = max(lastReceived, now) }

    /// Any octet was sent.
    package mutating func sent(at now: Int64) { lastSent = max(lastSent, now) }

    /// The peer's silence does not count from now on, because nothing is read from it.
    package mutating func pause() { isPaused = true }

    /// The peer's silence counts from now on.
    package mutating func resume(at now: Int64) {
        guard isPaused else { return }
        isPaused = false
        received(at: now)
    }

    /// What to do at this time.
    package mutating func check(at now: Int64) -> Action {
        guard interval > 0 else { return .wait(until: .max) }
        let timeOut = isPaused ? Int64.max : lastReceived + 2 * interval
        if now >= timeOut { return .timedOut }
        let due = lastSent + interval / 2
        guard now >= due else { return .wait(until: min(due, timeOut)) }
        lastSent = now
        return .send
    }
}
