import LeveretModel
import LeveretWire
import NIOCore

/// One thread that consumes queues and looks at what it gets.
final class LoadConsumer: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var outcome: DeliveryInspection
    /// When the last delivery came; 0 if there was none.
    private(set) var lastDeliveryAt: UInt64 = 0
    private let plan: LoadPlan
    private let queues: [Int]
    private let connection: LoadConnection
    private let progress: LoadProgress
    private let acknowledgement = AcknowledgementFrame()
    private var unacknowledged = 0
    private var taken: UInt64 = 0

    private static let patienceSeconds = 10
    /// Many consumers are content with less, so that they do not fill the memory.
    private static let receiveBytes = (few: 1 << 20, many: 1 << 18)

    init(number: Int, plan: LoadPlan, progress: LoadProgress) throws(LoadFailure) {
        self.plan = plan
        self.progress = progress
        queues = plan.queues(ofConsumer: number)
        outcome = DeliveryInspection(plan, queues: queues.count)
        let room = plan.consumers > 16 ? Self.receiveBytes.many : Self.receiveBytes.few
        connection = try LoadConnection.open(plan.target, receiveBytes: room)
        connection.lengthenPolls(threads: plan.consumers)
        if plan.prefetch > 0 {
            let qos = BasicQos(prefetchSize: 0, prefetchCount: plan.prefetch)
            _ = try connection.call(.basicQos(qos), BasicQosOk.id)
        }
        // Before there are messages, so that none waits for a consumer.
        guard plan.startsEmpty else { return }
        for index in queues.indices { _ = try connection.call(consume(index), BasicConsumeOk.id) }
    }

    func close() { connection.close() }

    /// Consumes until everything that is expected has come.
    func run(_ times: LoadTimes) {
        // A local value, so that looking at a delivery costs no access to the object.
        var inspection = DeliveryInspection(plan, queues: queues.count, measuredFrom: times.measuredFrom)
        do throws(LoadFailure) {
            if plan.consumerRate != nil { MonotonicClock.sharpenWaits() }
            if !plan.startsEmpty {
                for index in queues.indices { try connection.send(consume(index)) }
            }
            try receive(from: times.start, &inspection)
            if unacknowledged > 0 { try acknowledge(inspection.deliveryTag) }
        } catch {
            progress.fail(error)
        }
        outcome = inspection
    }

    private func consume(_ index: Int) -> LeveretWire.Method {
        .basicConsume(
            BasicConsume(
                queue: plan.queueName(queues[index]),
                consumerTag: DeliveryInspection.consumerTag(ofQueue: index),
                noAck: plan.acknowledgeEvery == 0
            )
        )
    }

    private func receive(from start: UInt64, _ inspection: inout DeliveryInspection) throws(LoadFailure) {
        var lastMovement = start
        let end = deadline(from: start)
        let pace = plan.consumerRate.map { Pace(perSecond: $0 / Double(plan.consumers), from: start) }
        var hasMore = false
        while !progress.isStopping, !progress.isComplete {
            let allowance = pace.map { waitForNext($0) } ?? UInt64.max
            if !hasMore { hasMore = try connection.fill() }
            let now = MonotonicClock.now()
            let count = hasMore ? try take(atMost: allowance, at: now, &inspection) : 0
            hasMore = count == allowance
            if count > 0 {
                lastDeliveryAt = now
                lastMovement = now
                taken += count
                progress.addReceived(count)
            }
            if let end, now >= end { return progress.stop() }
            // What has not come for so long is lost; the result will say so.
            if progress.expected != nil, now - lastMovement > UInt64(Self.patienceSeconds) * 1_000_000_000 {
                return progress.stop()
            }
        }
    }

    /// How many messages are due, after waiting for one to be.
    private func waitForNext(_ pace: Pace) -> UInt64 {
        MonotonicClock.wait(until: pace.moment(of: taken))
        let due = pace.due(at: MonotonicClock.now())
        return due > taken ? due - taken : 1
    }

    /// Consumers that work alone stop when their time is over; others when the producers have.
    private func deadline(from start: UInt64) -> UInt64? {
        guard plan.producers == 0, case .seconds(let seconds) = plan.limit else { return nil }
        return start + UInt64(seconds * 1_000_000_000)
    }

    /// Reads what has been received and gives the number of messages that were completed.
    private func take(
        atMost limit: UInt64,
        at now: UInt64,
        _ inspection: inout DeliveryInspection
    ) throws(LoadFailure) -> UInt64 {
        let every = plan.acknowledgeEvery
        return try connection.withReceived { received throws(LoadFailure) in
            var count: UInt64 = 0
            var unacknowledged = self.unacknowledged
            while count < limit, let frame = try received.nextFrame() {
                guard try inspection.isMessageComplete(with: frame, at: now) else { continue }
                count += 1
                unacknowledged += 1
                guard unacknowledged == every else { continue }
                try acknowledge(inspection.deliveryTag)
                unacknowledged = 0
            }
            self.unacknowledged = every > 0 ? unacknowledged : 0
            return count
        }
    }

    private func acknowledge(_ tag: UInt64) throws(LoadFailure) {
        try connection.send(acknowledgement.bytes(for: tag), isStopping: { progress.isStopping })
    }
}
