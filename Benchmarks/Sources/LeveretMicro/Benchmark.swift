/// One thing that is measured: `body` does a piece of work and says how many messages that was.
struct Benchmark {
    let group: String
    let name: String
    /// How many of the pieces are done before time counts.
    var warmUp = 3
    let makeBody: () throws -> () throws -> Int

    init(_ group: String, _ name: String, warmUp: Int = 3, _ makeBody: @escaping () throws -> () throws -> Int) {
        self.group = group
        self.name = name
        self.warmUp = warmUp
        self.makeBody = makeBody
    }

    func run(for duration: Duration) throws -> Measured {
        let body = try makeBody()
        for _ in 0..<warmUp { _ = try body() }
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        repeat { count += try body() } while clock.now - start < duration
        return Measured(group: group, name: name, count: count, elapsed: clock.now - start)
    }
}

/// What came of a benchmark.
struct Measured {
    let group: String
    let name: String
    let count: Int
    let elapsed: Duration

    var seconds: Double {
        Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    var perSecond: Double { Double(count) / seconds }
    var nanosecondsEach: Double { seconds * 1e9 / Double(max(1, count)) }
}
