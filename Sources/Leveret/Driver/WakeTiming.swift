package import LeveretCore

/// Who calls a core when its time has come and nobody else has: a thread, or a simulation step by step.
package protocol WakeTiming: AnyObject, Sendable {
    /// The core wants to be called at this time, and not before it. Called with the core locked.
    func schedule(_ time: BrokerTime)

    /// Begins to work for this driver. Called once.
    func start(for driver: CoreDriver)

    /// Calls no more.
    func stop()
}
