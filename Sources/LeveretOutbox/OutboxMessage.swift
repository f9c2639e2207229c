import CSQLite
public import LeveretModel

/// A message that an application puts into its outbox.
public struct OutboxMessage: Sendable {
    /// The exchange to publish to; the default exchange leads to the queue that the routing key names.
    public var exchange: ExchangeName
    /// The routing key, at most 255 bytes.
    public var routingKey: String
    /// The body.
    public var body: [UInt8]
    /// The properties. The relay adds a message identifier if there is none, and the header by which the broker knows
    /// a message that it has had, `x-deduplication-header`, if that is not set.
    public var properties: BasicProperties
    /// Whether the message has to reach a queue: it stays in the outbox, and what is behind it too, until it does.
    public var mandatory: Bool

    /// Makes a message; by default a persistent one that has to reach a queue.
    public init(
        _ body: some MessageBody,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties = .persistent,
        mandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body.withUnsafeBodyBytes { [UInt8]($0) }
        self.properties = properties
        self.mandatory = mandatory
    }

    /// Makes a message for a queue; by default a persistent one.
    public init(_ body: some MessageBody, to queue: QueueName, properties: BasicProperties = .persistent) {
        self.init(body, exchange: .default, routingKey: queue.rawValue, properties: properties)
    }

    /// The properties as the column `properties` holds them.
    ///
    /// - Throws: `OutboxError` if one of them is too long for AMQP.
    public var encodedProperties: [UInt8] {
        get throws {
            var bytes: [UInt8] = []
            do throws(EncodingError) {
                try properties.encode(into: &bytes)
            } catch {
                throw OutboxError(.invalidMessage, "the properties of a message for the outbox: \(error.text)")
            }
            return bytes
        }
    }

    /// Inserts the message, within the transaction that is open on the connection, or in one of its own.
    ///
    /// - Parameter connection: the application's `sqlite3 *`. It has to be of the SQLite library of this system; with
    ///   another one, execute `OutboxTable.insertion` by its means.
    /// - Throws: `OutboxError`; the transaction is then still open.
    public func insert(into connection: OpaquePointer) throws {
        let statement = try OutboxStatement(connection, OutboxTable.insertion)
        try bind(to: statement)
        _ = try statement.step()
    }

    private func bind(to statement: OutboxStatement) throws {
        try statement.bind(exchange.rawValue, at: 1)
        try statement.bind(routingKey, at: 2)
        try statement.bind(body, at: 3)
        try statement.bind(try encodedProperties, at: 4)
        try statement.bind(mandatory ? 1 : 0, at: 5)
    }
}
