import LeveretModel
import LeveretWire
import NIOCore

/// One thread that consumes a queue and looks at what it gets.
final class LoadConsumer: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var outcome: DeliveryInspection
    /// When the last delivery came; 0 if there was none.
    private(set) var lastDeliveryAt: UInt64 = 0
    private let number: Int
    private let plan: LoadPlan
    private let connection: LoadConnection
    private let progress: LoadProgress
    private let acknowledgement = AcknowledgementFrame()
    private var unacknowledged = 0

    private static let patienceSeconds = 10

    init(number: Int, plan: LoadPlan, progress: LoadProgress) throws(LoadFailure) {
        self.number = number
        self.plan = plan
        self.progress = progress
        outcome = DeliveryInspection(plan)
        connection = try LoadConnection.open(plan.target)
        if plan.prefetch > 0 {
            let qos = BasicQos(prefetchSize: 0, prefetchCount: plan.prefetch)
            _ = try connection.call(.basicQos(qos), BasicQosOk.id)
        }
        // Before there are producers, so that no message waits for a consumer.
        if plan.producers > 0 { _ = try connection.call(.basicConsume(consume), BasicConsumeOk.id) }
    }

    func close() { connection.close() }

    /// Consumes until everything that is expected has come.
    func run(from start: UInt64) {
        // A local value, so that looking at a delivery costs no access to the object.
        var inspection = DeliveryInspection(plan)
        do throws(LoadFailure) {
            if plan.producers == 0 { try connection.send(.basicConsume(consume)) }
            try receive(from: start, &inspection)
            if unacknowledged > 0 { try acknowledge(inspection.deliveryTag) }
        } catch {
            progress.fail(error)
        }
        outcome = inspection
    }

    private var consume: BasicConsume {
        BasicConsume(
            queue: plan.queueName(number % plan.queues),
            consumerTag: "c",
            noAck: plan.acknowledgeEvery == 0
        )
    }

    private func receive(from start: UInt64, _ inspection: inout DeliveryInspection) throws(LoadFailure) {
        var lastMovement = start
        let end = deadline(from: start)
        while !progress.isStopping, !progress.isComplete {
            let hasMoved = try connection.fill()
            let now = MonotonicClock.now()
            let count = hasMoved ? try take(at: now, &inspection) : 0
            if count > 0 {
                lastDeliveryAt = now
                lastMovement = now
                progress.addReceived(UInt64(count))
            }
            if let end, now >= end { return progress.stop() }
            // What has not come for so long is lost; the result will say so.
            if progress.expected != nil, now - lastMovement > UInt64(Self.patienceSeconds) * 1_000_000_000 {
                return progress.stop()
            }
        }
    }

    /// Consumers that work alone stop when their time is over; others when the producers have.
    private func deadline(from start: UInt64) -> UInt64? {
        guard plan.producers == 0, case .seconds(let seconds) = plan.limit else { return nil }
        return start + UInt64(seconds * 1_000_000_000)
    }

    /// Reads what has been received and gives the number of messages that were completed.
    private func take(at now: UInt64, _ inspection: inout DeliveryInspection) throws(LoadFailure) -> Int {
        let every = plan.acknowledgeEvery
        return try connection.withReceived { received throws(LoadFailure) in
            var count = 0
            var unacknowledged = self.unacknowledged
            while let frame = try received.nextFrame() {
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
