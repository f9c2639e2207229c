public import LeveretModel
public import Logging
import Synchronization

/// Publishes what lies in an application's outbox, in order, and deletes each row once the broker has confirmed it.
///
/// A crash between the two publishes a message again. Where the queue or the exchange has a deduplication window
/// (`x-message-deduplication`), the broker drops it the second time: every message carries an identifier that was
/// made with its row.
///
/// ```swift
/// let relay = OutboxRelay(database: "shop.db")
/// try await relay.run(publishingOn: channel)
/// ```
public final class OutboxRelay: Sendable {
    /// The application's database file.
    public let database: String
    /// How often the relay looks for new rows when nobody wakes it.
    public let interval: Duration
    /// How many rows may be published and not be confirmed.
    public let batchLimit: Int
    private let logger: Logger
    private let wakeUp = Mutex<AsyncStream<Void>.Continuation?>(nil)

    /// Makes a relay, which does nothing until it runs.
    ///
    /// - Parameters:
    ///   - database: the application's database file, which must hold an `OutboxTable`.
    ///   - interval: how often to look for new rows when `wake` is not called.
    ///   - batchLimit: how many rows may be published and not be confirmed, at least 1.
    public init(
        database: String,
        interval: Duration = .milliseconds(500),
        batchLimit: Int = 256,
        logger: Logger = Logger(label: "leveret.outbox")
    ) {
        self.database = database
        self.interval = max(interval, .milliseconds(1))
        self.batchLimit = max(batchLimit, 1)
        self.logger = logger
    }

    /// Says that a transaction with new rows was committed, so that they need not wait for the next look.
    public func wake() { wakeUp.withLock { _ = $0?.yield() } }

    /// Publishes rows until the task is cancelled. Then it still waits for the confirms of what it has published, and
    /// deletes what is confirmed.
    ///
    /// Rows are published in the order of their numbers. A message that the broker refuses (a full queue), or that has
    /// to reach a queue and reaches none, is logged and tried again with the next look; what is behind it waits, but
    /// for those of its batch, which were published already. With a `batchLimit` of 1 order is kept then too.
    ///
    /// One relay at a time may run on a database; two would publish everything twice.
    ///
    /// - Throws: `OutboxError` if the database cannot be used, and what the channel throws when it or its connection
    ///   fails. Nothing is lost then: run again on another channel.
    public func run(publishingOn channel: any MessageChannel) async throws {
        let database = try OutboxDatabase(path: database)
        let (calls, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakeUp.withLock { $0 = continuation }
        defer { wakeUp.withLock { $0 = nil } }
        let clock = Task { [interval] in
            while !Task.isCancelled {
                continuation.yield()
                try await ContinuousClock().sleep(for: interval)
            }
        }
        defer { clock.cancel() }
        for await _ in calls { try await publishAll(of: database, on: channel) }
    }

    /// Publishes what is there and returns.
    ///
    /// - Returns: how many rows were published and deleted. What the broker refused is still there.
    @discardableResult
    public func runOnce(publishingOn channel: any MessageChannel) async throws -> Int {
        try await publishAll(of: try OutboxDatabase(path: database), on: channel)
    }

    @discardableResult
    private func publishAll(of database: OutboxDatabase, on channel: any MessageChannel) async throws -> Int {
        var count = 0
        while !Task.isCancelled {
            let rows = try await whenFree { try database.rows(limit: batchLimit) }
            guard let rows, !rows.isEmpty else { break }
            var outcome = await publish(rows, on: channel)
            if !outcome.confirmed.isEmpty {
                try await whenFree(triesWhenCancelled: 20) { try database.delete(outcome.confirmed) }
            }
            count += outcome.confirmed.count
            if let failure = outcome.takeFailure() { throw failure }
            if let refusal = outcome.refusal {
                log(refusal)
                break
            }
        }
        return count
    }

    /// Publishes rows one behind the other and waits for the answers.
    private func publish(_ rows: [OutboxRow], on channel: any MessageChannel) async -> BatchOutcome {
        var outcome = BatchOutcome()
        var published: [(row: OutboxRow, confirmation: PublishConfirmation)] = []
        for row in rows {
            do {
                let confirmation = try await channel.publishPipelined(
                    row.body,
                    exchange: row.exchange,
                    routingKey: row.routingKey,
                    properties: row.properties,
                    mandatory: row.mandatory
                )
                published.append((row, confirmation))
            } catch {
                outcome.note(error)
                break
            }
        }
        for (row, confirmation) in published {
            do {
                try await confirmation.wait()
                outcome.confirmed.append(row.id)
            } catch let error as PublishError {
                if outcome.refusal == nil { outcome.refusal = (row, error) }
            } catch {
                outcome.note(error)
            }
        }
        return outcome
    }

    /// Does something with the database as soon as no other connection holds its lock. In a task that is cancelled
    /// it is tried only so often, and the result may be `nil`.
    @discardableResult
    private func whenFree<Result>(
        triesWhenCancelled: Int = 0,
        _ body: () throws -> Result
    ) async throws -> Result? {
        var pause = Duration.milliseconds(2)
        var triesLeft = triesWhenCancelled
        while !Task.isCancelled || triesLeft > 0 {
            do {
                return try body()
            } catch is DatabaseBusy {
                if Task.isCancelled { triesLeft -= 1 }
                await Self.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(100))
            }
        }
        return nil
    }

    /// Sleeps even in a task that is cancelled.
    private static func sleep(for pause: Duration) async {
        await Task.detached { try? await ContinuousClock().sleep(for: pause) }.value
    }

    private func log(_ refusal: (row: OutboxRow, error: PublishError)) {
        logger.warning(
            "a message of the outbox was not taken and is to be tried again",
            metadata: [
                "row": "\(refusal.row.id)", "exchange": "\(refusal.row.exchange.rawValue)",
                "routing-key": "\(refusal.row.routingKey)", "reason": "\(refusal.error)",
            ]
        )
    }
}

/// What became of a batch of rows.
private struct BatchOutcome {
    var confirmed: [Int64] = []
    /// The first that the broker did not take.
    var refusal: (row: OutboxRow, error: PublishError)?
    private var failure: (any Error)?

    /// Keeps the first failure of the channel.
    mutating func note(_ error: any Error) {
        if failure == nil { failure = error }
    }

    mutating func takeFailure() -> (any Error)? {
        defer { failure = nil }
        return failure
    }
}
