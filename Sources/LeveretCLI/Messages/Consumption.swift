import LeveretClient
import LeveretModel

/// Consumes a queue until its number of deliveries is reached or the task is cancelled.
struct Consumption {
    /// What is done with a delivery.
    enum Handling {
        /// It is written to standard output and acknowledged, or, to only look at it, left in the queue.
        case print(DeliveryWriter, leaves: Bool)
        /// A command is run, whose status decides: acknowledged, or else dropped or requeued.
        case execute(DeliveryCommand, requeues: Bool)
    }

    struct Outcome: Hashable {
        var taken: UInt64 = 0
        var failedCommands: UInt64 = 0
    }

    let channel: ClientChannel
    let queue: QueueName
    let allowance: DeliveryAllowance
    let noAcknowledge: Bool
    let handling: Handling

    func run() async throws -> Outcome {
        let options = ConsumeOptions(prefetch: allowance.prefetch, noAcknowledge: noAcknowledge)
        switch handling {
        case .print(let writer, let leaves):
            return try await print(options, writer, leaves: leaves)
        case .execute(let command, let requeues):
            return try await execute(options, command, requeues: requeues)
        }
    }

    /// Whether the deliveries ended although nobody here wanted it.
    private func checkEnd(after taken: UInt64) throws {
        guard !Task.isCancelled, allowance.remaining(after: taken) > 0 else { return }
        throw CommandFailure(.refused, "the broker cancelled the consumer: the queue \"\(queue)\" is gone")
    }
}

// MARK: - Printing

extension Consumption {
    private func print(_ options: ConsumeOptions, _ writer: DeliveryWriter, leaves: Bool) async throws -> Outcome {
        let settles = !leaves && !noAcknowledge
        var unsettled = try await channel.consume(queue, options) { deliveries in
            var unsettled = UnsettledDeliveries()
            for try await batch in deliveries.batches {
                let wanted = batch.prefix(Int(clamping: allowance.remaining(after: unsettled.taken)))
                try writer.write(wanted)
                for delivery in wanted { unsettled.take(delivery.deliveryTag) }
                if settles { try await acknowledge(&unsettled, upTo: allowance.settleable(of: unsettled.taken)) }
                if allowance.remaining(after: unsettled.taken) == 0 { return unsettled }
            }
            try checkEnd(after: unsettled.taken)
            return unsettled
        }
        if settles { try await acknowledge(&unsettled, upTo: unsettled.taken) }
        return Outcome(taken: unsettled.taken)
    }

    private func acknowledge(_ unsettled: inout UnsettledDeliveries, upTo count: UInt64) async throws {
        guard let tag = unsettled.settle(upTo: count) else { return }
        try await channel.acknowledge(tag, multiple: true)
    }
}

// MARK: - Commands

extension Consumption {
    /// A delivery whose command has run, to be settled after the consumer is cancelled.
    private struct Settlement {
        var tag: UInt64
        var isSuccess: Bool
    }

    private func execute(
        _ options: ConsumeOptions,
        _ command: DeliveryCommand,
        requeues: Bool
    ) async throws -> Outcome {
        let (outcome, late) = try await channel.consume(queue, options) { deliveries in
            var outcome = Outcome()
            var late: [Settlement] = []
            for try await delivery in deliveries {
                let isSuccess = try await command.run(for: delivery)
                outcome.taken += 1
                if !isSuccess { outcome.failedCommands += 1 }
                let settlement = Settlement(tag: delivery.deliveryTag, isSuccess: isSuccess)
                if allowance.settleable(of: outcome.taken) < outcome.taken {
                    late.append(settlement)
                } else {
                    try await settle(settlement, requeues: requeues)
                }
                if Task.isCancelled || allowance.remaining(after: outcome.taken) == 0 { return (outcome, late) }
            }
            try checkEnd(after: outcome.taken)
            return (outcome, late)
        }
        for settlement in late { try await settle(settlement, requeues: requeues) }
        return outcome
    }

    private func settle(_ settlement: Settlement, requeues: Bool) async throws {
        guard !noAcknowledge else { return }
        if settlement.isSuccess {
            try await channel.acknowledge(settlement.tag, multiple: false)
        } else {
            try await channel.reject(settlement.tag, requeue: requeues)
        }
    }
}
