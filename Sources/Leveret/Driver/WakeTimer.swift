import LeveretCore

/// The thread that calls the core when its time has come and nobody else has.
final class WakeTimer: WakeTiming, Sendable {
    private struct Inbox {
        var wakeAt: BrokerTime?
        var isStopping = false
        /// Whether the thread has to look again how long to wait.
        var hasChanged = false
    }

    private enum Event {
        case lookAgain
        case stop
    }

    private let clock: BrokerClock
    private let thread = WorkerThread(inbox: Inbox())

    init(clock: BrokerClock) { self.clock = clock }

    func start(for driver: CoreDriver) {
        thread.start { [self] in run(driver) }
    }

    /// The core wants to be called at this time, and not before it.
    func schedule(_ time: BrokerTime) {
        thread.update { inbox in
            inbox.wakeAt = time
            inbox.hasChanged = true
        }
    }

    func stop() {
        thread.update { $0.isStopping = true }
        thread.join()
    }

    private func run(_ driver: CoreDriver) {
        while true {
            switch thread.wait(remaining, until: WakeTimer.take) {
            case .stop: return
            case .lookAgain: continue
            case nil:
                if takeDue() { driver.perform { $0.apply(.tick) } }
            }
        }
    }

    /// Whether the time has come.
    private func takeDue() -> Bool {
        let now = clock.now()
        return thread.update { inbox in
            guard let wakeAt = inbox.wakeAt, wakeAt <= now else { return false }
            inbox.wakeAt = nil
            return true
        }
    }

    /// How long to wait; `nil` if nothing is due. Never longer than a day, after which it looks again.
    private var remaining: Duration? {
        guard let wakeAt = thread.inspect({ $0.wakeAt }) else { return nil }
        let now = clock.now()
        return .milliseconds(wakeAt <= now ? 0 : min(wakeAt.milliseconds - now.milliseconds, 86_400_000))
    }

    private static func take(_ inbox: inout Inbox) -> Event? {
        if inbox.isStopping { return .stop }
        guard inbox.hasChanged else { return nil }
        inbox.hasChanged = false
        return .lookAgain
    }
}
