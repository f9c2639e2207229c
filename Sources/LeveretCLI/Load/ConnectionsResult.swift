/// What many connections cost.
struct ConnectionsResult {
    /// The broker's process before there were connections, when all were open, and after they were held.
    struct Broker {
        let before: ProcessFigures
        let opened: ProcessFigures
        let held: ProcessFigures

        init?(_ before: ProcessFigures?, _ opened: ProcessFigures?, _ held: ProcessFigures?) {
            guard let before, let opened, let held else { return nil }
            self.before = before
            self.opened = opened
            self.held = held
        }
    }

    let opened: Int
    /// Connections that answered when they were closed.
    let alive: Int
    let openSeconds: Double
    /// From connecting to the last channel's opening; in nanoseconds.
    let latencies: LatencyHistogram
    let broker: Broker?

    var rate: Double { openSeconds > 0 ? Double(opened) / openSeconds : 0 }
    var isSound: Bool { alive == opened }
}
