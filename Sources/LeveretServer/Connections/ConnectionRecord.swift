import LeveretCore
import LeveretModel
import Synchronization

/// The registry's entry for one connection. The connection writes, operators read.
final class ConnectionRecord: Sendable {
    /// What is learnt during the handshake.
    struct Identity: Sendable {
        var clientName: String?
        var clientProduct: String?
        var user: String?
        var mechanism: String?
        var isEncrypted = false
        var virtualHost: String?
        var heartbeat: UInt16 = 0
        var frameMax: UInt32 = 0
        var channelMax: UInt16 = 0
        var clientProperties = FieldTable()
        /// Set as long as the core has the session, as far as is known.
        var session: SessionID?
    }

    let id: UInt64
    let name: String
    let addresses: ConnectionAddresses
    let connectedAt: UInt64
    let identity = Mutex(Identity())
    let channels = Atomic<Int>(0)
    let receivedBytes = Atomic<Int>(0)
    let receivedReads = Atomic<Int>(0)
    let sentBytes = Atomic<Int>(0)
    let sentWrites = Atomic<Int>(0)
    let waitingBytes = Atomic<Int>(0)
    let publishedMessages = Atomic<Int>(0)
    let isBlocked = Atomic<Bool>(false)
    /// Asks the connection to say goodbye, or to go at once. May be called on any thread.
    let close: @Sendable (ConnectionClosing) -> Void

    init(
        id: UInt64,
        name: String,
        addresses: ConnectionAddresses = ConnectionAddresses(),
        connectedAt: UInt64,
        close: @escaping @Sendable (ConnectionClosing) -> Void
    ) {
        self.id = id
        self.name = name
        self.addresses = addresses
        self.connectedAt = connectedAt
        self.close = close
    }

    var information: ConnectionInformation {
        let identity = identity.withLock { $0 }
        return ConnectionInformation(
            id: id,
            name: name,
            clientName: identity.clientName,
            clientProduct: identity.clientProduct,
            user: identity.user,
            mechanism: identity.mechanism,
            isEncrypted: identity.isEncrypted,
            virtualHost: identity.virtualHost,
            connectedAt: connectedAt,
            heartbeat: identity.heartbeat,
            frameMax: identity.frameMax,
            channels: channels.load(ordering: .relaxed),
            receivedBytes: receivedBytes.load(ordering: .relaxed),
            sentBytes: sentBytes.load(ordering: .relaxed),
            waitingBytes: waitingBytes.load(ordering: .relaxed),
            publishedMessages: publishedMessages.load(ordering: .relaxed),
            isBlocked: isBlocked.load(ordering: .relaxed)
        )
    }
}

/// How the server ends a connection.
enum ConnectionClosing: Sendable, Hashable {
    /// With connection.close 320 and this reason, waiting a while for the client's answer.
    case politely(reason: String)
    /// Likewise, and what the client acknowledges before it answers still counts.
    case afterAcknowledgements(reason: String)
    /// By dropping the socket.
    case atOnce
}
