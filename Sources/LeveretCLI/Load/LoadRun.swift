/// One measured run: queues are made, threads set up, then all start at one moment.
struct LoadRun {
    let plan: LoadPlan
    let progress: LoadProgress
    /// The broker's process, if its figures are wanted.
    let brokerProcess: Int32?
    /// Where this run waits for others that are to begin with it; then no line shows how far it has come.
    var startLine: StartLine?

    private static let lookEvery: UInt64 = 20_000_000

    /// Throws `LoadFailure`, or `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> LoadResult {
        defer { startLine?.leave(progress) }
        let setup = try LoadConnection.open(plan.target, receiveBytes: 1 << 16)
        let topology = LoadTopology(plan: plan, connection: setup)
        let before = try topology.prepare()
        if plan.producers == 0 { expectBacklog(before.messages) }
        let consumers = try (0..<plan.consumers).map { number in
            try LoadConsumer(number: number, plan: plan, progress: progress)
        }
        let producers = try (0..<plan.producers).map { number in
            try LoadProducer(number: number, plan: plan, progress: progress)
        }
        startLine?.arrive(progress)
        brokerProcess.map(ProcessFigures.resetPeak(ofProcess:))
        let times = LoadTimes(start: MonotonicClock.now(), warmUpSeconds: plan.warmUpSeconds)
        let measured = try run(producers, consumers, times, backlog: before.messages)
        let end = try LoadSnapshot(progress, brokerProcess: brokerProcess)
        if let failure = progress.failure { throw failure }
        var result = LoadResult(plan, progress, producers: producers, consumers: consumers, from: measured, to: end)
        if plan.consumers == 0, before.consumers == 0, !progress.isInterrupted {
            let expected = before.messages + (result.sent - result.refused) * plan.copies
            let found = try topology.depth(expecting: expected).messages
            result.lost = expected - min(found, expected)
            result.surplus = found - min(found, expected)
        }
        producers.forEach { $0.close() }
        consumers.forEach { $0.close() }
        if plan.startsEmpty { try topology.delete() }
        setup.close()
        return result
    }

    /// Runs the threads to their end and gives the snapshot from which on the run counts.
    private func run(
        _ producers: [LoadProducer],
        _ consumers: [LoadConsumer],
        _ times: LoadTimes,
        backlog: UInt64
    ) throws -> LoadSnapshot {
        let start = try LoadSnapshot(progress, brokerProcess: brokerProcess)
        // One more for the thread that waits for the producers.
        progress.beginWork(consumers.count + 1)
        let consuming = try consumers.map { consumer in
            try NativeThread.start {
                consumer.run(times)
                progress.endWork()
            }
        }
        let producing = try producers.map { producer in try NativeThread.start { producer.run(times) } }
        // Consumers cannot know what will come before all producers have ended.
        let publishing = try NativeThread.start {
            producing.forEach { $0.join() }
            if !producers.isEmpty { progress.expect(backlog + (progress.sent - progress.refused) * plan.copies) }
            progress.endWork()
        }
        let measured = try watch(times, start)
        publishing.join()
        consuming.forEach { $0.join() }
        return measured
    }

    /// Waits for the threads, shows how far they are, and takes the snapshot at the end of the warm-up; a run that is
    /// shorter counts as a whole.
    private func watch(_ times: LoadTimes, _ start: LoadSnapshot) throws -> LoadSnapshot {
        var measured = start
        var isWarm = times.measuredFrom <= start.time
        var line = ProgressLine(plan.consumers > 0 ? "received" : "published", "messages", total: total)
        while progress.isWorking {
            let now = MonotonicClock.now()
            if !isWarm, now >= times.measuredFrom {
                isWarm = true
                measured = try LoadSnapshot(progress, brokerProcess: brokerProcess)
            }
            if startLine == nil { line.update(plan.consumers > 0 ? progress.received : progress.sent) }
            MonotonicClock.wait(until: isWarm ? now + Self.lookEvery : min(now + Self.lookEvery, times.measuredFrom))
        }
        line.clear()
        return measured
    }

    /// How many messages there will be, where that is known.
    private var total: UInt64? {
        if case .messages(let count) = plan.limit { return plan.consumers > 0 ? count * plan.copies : count }
        return progress.expected
    }

    /// Says how many messages consumers without producers are to take.
    private func expectBacklog(_ count: UInt64) {
        switch plan.limit {
        case .messages(let limit): progress.expect(limit)
        case .backlog: progress.expect(count)
        case .seconds: break
        }
    }
}
