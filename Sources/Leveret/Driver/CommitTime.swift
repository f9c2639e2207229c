/// How long a commit usually takes.
struct CommitTime {
    private var average = Duration.microseconds(200)

    /// Within bounds, since messages wait as long.
    var typical: Duration { min(max(average, .microseconds(50)), .milliseconds(1)) }

    /// Commits with `commit`. A commit that fails says nothing about how long they take.
    mutating func measure(_ commit: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        try commit()
        note(start.duration(to: .now))
    }

    /// The latest counts for an eighth; one that took very long, because a disk paused, for no more than any slow one.
    private mutating func note(_ duration: Duration) {
        average += (min(duration, .milliseconds(2)) - average) / 8
    }
}
