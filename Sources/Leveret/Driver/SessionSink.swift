package import LeveretCore

/// Where the effects for one session go: a connection's outbound buffer, an in-process channel's inbox.
package protocol SessionSink: AnyObject, Sendable {
    /// Takes effects of this session, in order. Called with the core locked: it must be quick and must not call
    /// the driver. Records may be read during the call only, unless their memory is retained.
    func receive(_ effects: UnsafeBufferPointer<Effect>)

    /// Says that effects were received. Called once after a group of them, with the core unlocked, on any thread.
    func wake()

    /// Says that the session may publish again (see `CommandPort.mustWaitForJournal`). Called with the core unlocked, on
    /// any thread.
    func journalCaughtUp()
}
