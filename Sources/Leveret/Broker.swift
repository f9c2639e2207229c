import LeveretCore
import LeveretJournal
public import Logging
public import ServiceLifecycle
import Synchronization

/// A message broker inside this process.
///
/// ```swift
/// try await Broker.run(.init(storage: .directory("data"))) { broker in
///     try await broker.withChannel { channel in
///         let orders = try await channel.declareQueue("order.created", .durable)
///         try await channel.publish("a body", to: orders)  // returns when it is on disk
///     }
/// }
/// ```
///
/// The same broker can serve AMQP clients over TCP: see `AMQPServer` in `LeveretServer`.
public final class Broker: Service, Sendable {
    /// What the broker was made with.
    public let configuration: BrokerConfiguration
    /// For the doors and for operators: the core and everything around it.
    package let driver: CoreDriver
    package let resources: ResourceMonitor
    /// What the doors for clients from outside know of them.
    package let connectionSources = ConnectionSources()
    package let logger: Logger
    private let state: Mutex<LifeState>
    private let ending = Ending()

    private enum LifeState {
        case running
        case shutDown
    }

    /// Opens the storage, recovers what it holds, and starts the broker.
    ///
    /// Blocks for as long as the recovery takes. Throws `BrokerError` if the data directory cannot be used.
    public init(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        logger: Logger = Logger(label: "leveret")
    ) throws {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(.running)
        let storage = try Storage.open(configuration)
        let isNew = storage.recovered.isEmpty
        let ending = ending
        driver = CoreDriver(
            store: storage.journal,
            recovered: storage.recovered,
            limits: CoreLimits(configuration),
            seed: .random(in: .min ... .max),
            clock: .system,
            metrics: BrokerMetrics(),
            onFailure: { reason in
                logger.error("the journal failed", metadata: ["leveret_reason": "\(reason)"])
                ending.fail(BrokerError(.journalFailed, reason))
            }
        )
        resources = ResourceMonitor(
            limits: configuration.resourceLimits,
            readings: .system(dataDirectory: configuration.dataDirectory),
            driver: driver,
            logger: logger
        )
        driver.start()
        if isNew { try defineBeginnings() }
        if let failure = driver.inspect({ $0.failure }) {
            driver.shutDown()
            throw BrokerError(.dataDirectory, failure)
        }
        resources.start()
    }

    /// As the initializer, on a thread of its own, so that a long recovery keeps no other task waiting. Cancelling the
    /// task does not cut it off.
    ///
    /// - Throws: `BrokerError` if the data directory cannot be used.
    public static func open(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        logger: Logger = Logger(label: "leveret")
    ) async throws -> Broker {
        try await withCheckedThrowingContinuation { continuation in
            DetachedThread.run {
                continuation.resume(with: Result { try Broker(configuration, logger: logger) })
            }
        }
    }

    /// A broker around a driver that somebody else has made and started, as a simulation does without threads. The
    /// machine's resources are not watched.
    ///
    /// - Parameter isNew: whether it is to be given its first virtual host and user.
    package init(_ configuration: BrokerConfiguration, driver: CoreDriver, isNew: Bool, logger: Logger) throws {
        self.configuration = configuration
        self.driver = driver
        self.logger = logger
        state = Mutex(.running)
        resources = ResourceMonitor(
            limits: configuration.resourceLimits,
            readings: .system(dataDirectory: configuration.dataDirectory),
            driver: driver,
            logger: logger
        )
        if isNew { try defineBeginnings() }
    }

    /// A new data directory is given its first virtual host and user.
    private func defineBeginnings() throws {
        do {
            for change in Credentials.initialDefinitions() { _ = try driver.define { _ in change } }
        } catch {
            driver.shutDown()
            throw BrokerError(.dataDirectory, "\(error)")
        }
    }

    /// Runs a broker for as long as `body` does.
    @discardableResult
    nonisolated(nonsending) public static func run<Result: Sendable>(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        logger: Logger = Logger(label: "leveret"),
        _ body: (Broker) async throws -> Result
    ) async throws -> Result {
        let broker = try await open(configuration, logger: logger)
        do {
            let result = try await body(broker)
            await broker.shutDown()
            return result
        } catch {
            await broker.shutDown()
            throw error
        }
    }

    /// Keeps the broker until the service group shuts it down (swift-service-lifecycle).
    ///
    /// Throws `BrokerError` with the code `journalFailed` if the journal fails in the meantime.
    public func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await ending.wait()
        } onCancelOrGracefulShutdown: {
            self.ending.finish()
        }
        await shutDown()
    }

    /// Closes every session, makes durable what is to be, and gives the data directory up. May be called twice.
    public func shutDown() async {
        let isFirst = state.withLock { state -> Bool in
            defer { state = .shutDown }
            return state == .running
        }
        guard isFirst else { return }
        ending.finish()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            DetachedThread.run {
                self.resources.stop()
                self.driver.closeAllSessions(reason: "broker shutdown")
                self.driver.shutDown()
                continuation.resume()
            }
        }
    }

    /// Opens a channel, hands it to `body`, and closes it when `body` returns or throws.
    @discardableResult
    nonisolated(nonsending) public func withChannel<Result: Sendable>(
        virtualHost: String = "/",
        _ body: (InProcessChannel) async throws -> Result
    ) async throws -> Result {
        let channel = try await openChannel(virtualHost: virtualHost)
        do {
            let result = try await body(channel)
            await channel.end()
            return result
        } catch {
            await channel.end()
            throw error
        }
    }

    /// Opens a channel, which is to be closed by its `close`.
    ///
    /// Each channel in process is a session of its own: exclusive queues belong to the channel that declared them.
    public func openChannel(virtualHost: String = "/") async throws -> InProcessChannel {
        guard state.withLock({ $0 == .running }) else {
            throw BrokerError(.shutDown, "the broker has been shut down")
        }
        return try await InProcessChannel.open(on: driver, virtualHost: virtualHost)
    }
}

extension CoreLimits {
    fileprivate init(_ configuration: BrokerConfiguration) {
        self.init()
        messageSize = configuration.maximumMessageSize
        residentBytes = configuration.residentBytes
        pinnedBytes = configuration.volatileBytes
    }
}
