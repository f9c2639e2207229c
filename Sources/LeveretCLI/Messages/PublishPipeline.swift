import LeveretClient
import LeveretModel

/// Publishes messages one behind the other, with a bounded number of them unconfirmed.
struct PublishPipeline {
    private let channel: ClientChannel
    private let destination: PublishDestination
    private let properties: BasicProperties
    private let window: Int
    private var progress: ProgressLine
    /// In the order of publishing; those before `oldest` are confirmed.
    private var confirmations: [PublishConfirmation] = []
    private var oldest = 0
    private(set) var published: UInt64 = 0

    init(
        channel: ClientChannel,
        destination: PublishDestination,
        properties: BasicProperties,
        window: Int,
        total: UInt64?
    ) {
        self.channel = channel
        self.destination = destination
        self.properties = properties
        self.window = window
        progress = ProgressLine("published", "messages", total: total)
    }

    /// Sends a message, after waiting for the oldest confirm if too many are missing.
    mutating func publish(_ body: some MessageBody) async throws {
        if confirmations.count - oldest >= window { try await confirmOldest() }
        let confirmation = try await channel.publishPipelined(
            body,
            exchange: destination.exchange,
            routingKey: destination.routingKey,
            properties: properties,
            mandatory: destination.isMandatory
        )
        confirmations.append(confirmation)
        published += 1
        if published.isMultiple(of: 64) { progress.update(published) }
    }

    /// Waits until everything is confirmed.
    mutating func finish() async throws {
        while oldest < confirmations.count { try await confirmOldest() }
        progress.clear()
    }

    private mutating func confirmOldest() async throws {
        do {
            try await confirmations[oldest].wait()
        } catch let error as PublishError {
            progress.clear()
            throw destination.failure(for: error)
        } catch {
            progress.clear()
            throw error
        }
        oldest += 1
        guard oldest >= 1024, oldest * 2 >= confirmations.count else { return }
        confirmations.removeFirst(oldest)
        oldest = 0
    }
}
