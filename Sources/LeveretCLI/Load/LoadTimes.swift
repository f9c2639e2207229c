/// When the threads of a run begin, and from when on what happens counts.
struct LoadTimes: Sendable, Hashable {
    let start: UInt64
    let measuredFrom: UInt64

    init(start: UInt64, warmUpSeconds: Double) {
        self.start = start
        measuredFrom = start + UInt64(warmUpSeconds * 1_000_000_000)
    }
}
