import BenchmarkCore
import Leveret
import LeveretCore
import LeveretModel
import Synchronization

/// A publisher's and a consumer's session on a broker's driver, with sinks that count.
final class DriverSessions {
    static let queue = "benchmark"

    private let driver: CoreDriver
    private let publisherSink = CountingSink()
    private let consumerSink = CountingSink()
    private let publisher: ChannelID
    private let consumer: ChannelID
    private var acknowledged: UInt64 = 0

    init(_ driver: CoreDriver, durable: Bool) {
        self.driver = driver
        publisher = ChannelID(session: driver.register(publisherSink), number: 1)
        consumer = ChannelID(session: driver.register(consumerSink), number: 1)
        let options = SessionOptions(user: "in-process", virtualHost: "/", isTrusted: true)
        let declare = DeclareQueue(
            name: Self.queue,
            passive: false,
            options: durable ? .durable : .transient,
            noWait: false
        )
        let consume = Consume(
            queue: Self.queue,
            consumerTag: "c",
            noAcknowledge: false,
            exclusive: false,
            arguments: [:],
            noWait: false
        )
        driver.perform { port in
            for channel in [publisher, consumer] {
                port.apply(.openSession(channel.session, options))
                port.apply(.openChannel(channel))
            }
            if durable { port.apply(.method(publisher, .selectConfirms(noWait: true))) }
            port.apply(.method(publisher, .declareQueue(declare)))
            port.apply(.method(consumer, .consume(consume)))
        }
    }

    func close() {
        driver.perform { port in
            port.apply(
                .method(publisher, .deleteQueue(name: Self.queue, ifUnused: false, ifEmpty: false, noWait: true))
            )
            for channel in [publisher, consumer] { port.apply(.closeSession(channel.session)) }
        }
        for channel in [publisher, consumer] { driver.unregister(channel.session) }
    }

    var confirmed: UInt64 { publisherSink.confirmed.load(ordering: .acquiring) }
    var delivered: UInt64 { consumerSink.delivered.load(ordering: .acquiring) }

    func publish(_ run: PublishRun) {
        run.withViews { views in driver.perform { $0.apply(.publish(publisher, views)) } }
    }

    /// Acknowledges deliveries with tags up to this one, as far as they have come; they count as read.
    func acknowledge(upTo tag: UInt64) {
        let drained = consumerSink.undrained.exchange(0, ordering: .acquiringAndReleasing)
        let last = min(tag, delivered)
        let acknowledgement = Acknowledgement(kind: .acknowledge, deliveryTag: last, multiple: true)
        driver.perform { port in
            if drained > 0 { port.apply(.sessionDrained(consumer.session, bytes: drained)) }
            guard last > acknowledged else { return }
            withUnsafePointer(to: acknowledgement) {
                port.apply(.acknowledge(consumer, UnsafeBufferPointer(start: $0, count: 1)))
            }
        }
        acknowledged = max(acknowledged, last)
    }

    /// Lets others work until the publishings are confirmed; what is delivered meanwhile is acknowledged if it is
    /// confirmed as well.
    func waitForConfirms(upTo sequence: UInt64) {
        while confirmed < sequence { acknowledge(upTo: confirmed) }
    }

    /// Lets others work until everything has been delivered: durable messages may have to wait until it is on the disk that
    /// they have been.
    func waitForDeliveries(upTo tag: UInt64) {
        while delivered < tag { acknowledge(upTo: delivered) }
    }
}

/// Counts the effects of a session.
private final class CountingSink: SessionSink {
    let confirmed = Atomic<UInt64>(0)
    let delivered = Atomic<UInt64>(0)
    let undrained = Atomic<Int>(0)

    func receive(_ effects: UnsafeBufferPointer<Effect>) {
        var cost = 0
        var count: UInt64 = 0
        for effect in effects {
            switch effect {
            case .deliver(_, let delivery):
                count += 1
                cost += delivery.outboundCost
            case .confirm(_, let sequence, _): confirmed.store(sequence, ordering: .releasing)
            case .channelException(_, let error), .connectionException(_, let error):
                preconditionFailure("the broker refuses the benchmark: \(error)")
            default: break
            }
        }
        undrained.add(cost, ordering: .acquiringAndReleasing)
        delivered.add(count, ordering: .acquiringAndReleasing)
    }

    func wake() {}

    func journalCaughtUp() {}
}
