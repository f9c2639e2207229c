/// A client's connection, as operators see it.
public struct ConnectionInformation: Sendable, Hashable {
    /// Identifies the connection while the server runs.
    public var id: UInt64
    /// Both ends: `127.0.0.1:50000 -> 127.0.0.1:5672`.
    public var name: String
    /// What the client calls itself (the client property `connection_name`), if anything.
    public var clientName: String?
    /// The client library (the client properties `product` and `version`), if it says.
    public var clientProduct: String?
    /// Who logged in; `nil` before that.
    public var user: String?
    /// How the user logged in: SASL's name of the mechanism, such as `PLAIN`; `nil` before that.
    public var mechanism: String?
    /// Whether the connection speaks TLS.
    public var isEncrypted: Bool
    /// The virtual host entered; `nil` before that.
    public var virtualHost: String?
    /// When the client connected, in milliseconds since 1970.
    public var connectedAt: UInt64
    /// Seconds between heartbeats as negotiated; 0 for none.
    public var heartbeat: UInt16
    /// The largest frame as negotiated, in bytes.
    public var frameMax: UInt32
    /// Channels open now.
    public var channels: Int
    /// Bytes that came from the client.
    public var receivedBytes: Int
    /// Bytes that went to the client.
    public var sentBytes: Int
    /// Bytes that wait for the client to take them.
    public var waitingBytes: Int
    /// Messages that the client has published.
    public var publishedMessages: Int
    /// Whether the client is not being read because the broker takes no messages.
    public var isBlocked: Bool
}
