import BenchmarkCore
import Leveret
import LeveretCore
import LeveretModel

/// A whole broker without a socket: publish, deliver, acknowledge.
enum InProcessBenchmarks {
    private static let runLength = 1000
    /// Publishings that may wait for their confirm.
    private static let window: UInt64 = 64_000

    static func run(for duration: Duration, in directory: String) async throws -> [Measured] {
        var measured: [Measured] = []
        for (name, storage, durable) in [
            ("transient", BrokerConfiguration.Storage.inMemory, false),
            ("durable", .directory("\(directory)/in-process"), true),
        ] {
            measured += try await Broker.run(.init(storage: storage)) { broker in
                var measured: [Measured] = []
                measured.append(try batches("\(name), runs of \(runLength)", broker, durable, duration))
                if durable {
                    let late = "\(name), runs of \(runLength), acknowledged after the confirm"
                    measured.append(try batches(late, broker, durable, duration, waitsForConfirms: true))
                }
                let channels = "\(name), the library's channels"
                measured.append(try await throughChannels(channels, broker, durable, duration, publish: singly))
                let runs = "\(channels), runs of \(runLength)"
                measured.append(try await throughChannels(runs, broker, durable, duration, publish: inRuns))
                return measured
            }
        }
        return measured
    }

    /// Runs of messages through the driver, as a connection's reads bring them; on this thread.
    private static func batches(
        _ name: String,
        _ broker: Broker,
        _ durable: Bool,
        _ duration: Duration,
        waitsForConfirms: Bool = false
    ) throws -> Measured {
        let sessions = DriverSessions(broker.driver, durable: durable)
        defer { sessions.close() }
        let run = try PublishRun(
            keys: [DriverSessions.queue],
            size: 16,
            count: runLength,
            properties: durable ? PublishRun.persistent : PublishRun.plain
        )
        let clock = ContinuousClock()
        let start = clock.now
        var sent: UInt64 = 0
        repeat {
            sessions.publish(run)
            sent += UInt64(run.count)
            if durable { sessions.waitForConfirms(upTo: sent - min(sent, window)) }
            sessions.acknowledge(upTo: waitsForConfirms ? sessions.confirmed : sent)
        } while clock.now - start < duration
        if durable { sessions.waitForConfirms(upTo: sent) }
        sessions.waitForDeliveries(upTo: sent)
        sessions.acknowledge(upTo: sent)
        return Measured(group: "in process", name: name, count: Int(sent), elapsed: clock.now - start)
    }

    /// Through the public channels: one task publishes, another consumes and acknowledges what came at once.
    private static func throughChannels(
        _ name: String,
        _ broker: Broker,
        _ durable: Bool,
        _ duration: Duration,
        publish: @escaping PublishLoop
    ) async throws -> Measured {
        let clock = ContinuousClock()
        let publisher = try await broker.openChannel()
        let consumer = try await broker.openChannel()
        let queue = QueueName("channels-\(durable)")
        _ = try await publisher.declareQueue(queue, durable ? .durable : .transient)
        var properties = BasicProperties()
        properties.deliveryMode = durable ? .persistent : nil
        let start = clock.now
        async let sent = publish(publisher, queue, properties, start + duration)
        let received = try await consumer.consume(queue, ConsumeOptions(prefetch: 1000)) { deliveries in
            var received = 0
            for try await batch in deliveries.batches {
                received += batch.count
                let isLast = batch.contains { $0.body.count == 0 }
                if let last = batch.last { try await consumer.acknowledge(last.deliveryTag, multiple: true) }
                if isLast { break }
            }
            return received
        }
        let count = try await sent
        precondition(received == count, "\(count) were sent, \(received) came")
        let elapsed = clock.now - start
        try await publisher.close()
        try await consumer.close()
        return Measured(group: "in process", name: name, count: received, elapsed: elapsed)
    }

    /// Publishes until the time is over, and then an empty message; gives their number.
    private typealias PublishLoop =
        @Sendable (InProcessChannel, QueueName, BasicProperties, ContinuousClock.Instant) async throws -> Int

    @Sendable
    private static func inRuns(
        _ channel: InProcessChannel,
        _ queue: QueueName,
        _ properties: BasicProperties,
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        let bodies = [[UInt8]](repeating: [UInt8](repeating: 120, count: 16), count: runLength)
        var count = 0
        var oldest: PublishConfirmation?
        while ContinuousClock.now < end {
            let confirmation = try await channel.publishPipelined(
                contentsOf: bodies,
                exchange: "",
                routingKey: queue.rawValue,
                properties: properties,
                mandatory: false
            )
            count += bodies.count
            try await oldest?.wait()
            oldest = confirmation
        }
        try await channel.publish([UInt8](), to: queue, properties: properties)
        return count + 1
    }

    @Sendable
    private static func singly(
        _ channel: InProcessChannel,
        _ queue: QueueName,
        _ properties: BasicProperties,
        until end: ContinuousClock.Instant
    ) async throws -> Int {
        let body = [UInt8](repeating: 120, count: 16)
        var count = 0
        var oldest: PublishConfirmation?
        while ContinuousClock.now < end {
            for _ in 0..<runLength {
                let confirmation = try await channel.publishPipelined(
                    body,
                    exchange: "",
                    routingKey: queue.rawValue,
                    properties: properties,
                    mandatory: false
                )
                count += 1
                if count.isMultiple(of: runLength) {
                    try await oldest?.wait()
                    oldest = confirmation
                }
            }
        }
        try await channel.publish([UInt8](), to: queue, properties: properties)
        return count + 1
    }
}
