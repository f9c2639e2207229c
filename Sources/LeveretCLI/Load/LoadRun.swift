import LeveretModel
import LeveretWire

/// One measured run: queues are made, threads set up, then all start at one moment.
struct LoadRun {
    let plan: LoadPlan
    let progress: LoadProgress
    /// The broker's process, if its figures are wanted.
    let brokerProcess: Int32?

    /// Throws `LoadFailure`, or `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> LoadResult {
        let setup = try LoadConnection.open(plan.target, receiveBytes: 1 << 16)
        let backlog = try prepareQueues(setup)
        if plan.producers == 0 { expectBacklog(backlog) }
        var consumers: [LoadConsumer] = []
        for number in 0..<plan.consumers {
            consumers.append(try LoadConsumer(number: number, plan: plan, progress: progress))
        }
        var producers: [LoadProducer] = []
        for number in 0..<plan.producers {
            producers.append(try LoadProducer(number: number, plan: plan, progress: progress))
        }
        let before = try brokerProcess.map(ProcessFigures.init(process:))
        let ownBefore = ProcessFigures.ownProcessorMicroseconds()
        let start = MonotonicClock.now()
        try run(producers, consumers, from: start)
        let own = ProcessFigures.ownProcessorMicroseconds() - ownBefore
        let after = try brokerProcess.map(ProcessFigures.init(process:))
        if let failure = progress.failure { throw failure }
        var result = LoadResult(plan, progress, producers: producers, consumers: consumers, start: start)
        result.generatorMicroseconds = own
        result.broker = zip(before, after).map(LoadResult.BrokerShare.init)
        producers.forEach { $0.close() }
        consumers.forEach { $0.close() }
        if plan.producers > 0, !plan.keepsQueues { try deleteQueues(setup) }
        setup.close()
        return result
    }

    private func run(_ producers: [LoadProducer], _ consumers: [LoadConsumer], from start: UInt64) throws {
        let consuming = try consumers.map { consumer in try NativeThread.start { consumer.run(from: start) } }
        let producing = try producers.map { producer in try NativeThread.start { producer.run(from: start) } }
        producing.forEach { $0.join() }
        if !producers.isEmpty { progress.expect(progress.sent) }
        consuming.forEach { $0.join() }
    }

    private func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
        guard let first, let second else { return nil }
        return (first, second)
    }
}

// MARK: - Queues

extension LoadRun {
    /// Makes the queues, empty unless they are to be kept, and gives the number of messages that lie in them.
    private func prepareQueues(_ setup: LoadConnection) throws(LoadFailure) -> UInt64 {
        let isNew = plan.producers > 0
        if isNew, !plan.keepsQueues { try deleteQueues(setup) }
        var count: UInt64 = 0
        for number in 0..<plan.queues {
            let declare = QueueDeclare(
                queue: plan.queueName(number),
                passive: !isNew,
                durable: isNew && plan.durable
            )
            guard case .queueDeclareOk(let answer) = try setup.call(.queueDeclare(declare), QueueDeclareOk.id) else {
                continue
            }
            count += UInt64(answer.messageCount)
        }
        return count
    }

    private func deleteQueues(_ setup: LoadConnection) throws(LoadFailure) {
        for number in 0..<plan.queues {
            _ = try setup.call(.queueDelete(QueueDelete(queue: plan.queueName(number))), QueueDeleteOk.id)
        }
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
