/// When a broker was there, and with what.
struct ProbeResult {
    /// The moment from which time counted, in seconds since 1970.
    let since: Double
    /// Seconds until a client was let in, and until the queue held what it was to hold.
    let acceptedAfter: Double
    let readyAfter: Double
    let depth: UInt64
    let broker: ProcessFigures?
}
