package import LeveretCore
package import LeveretModel
import Synchronization

/// A door through which clients come from outside of the process, and what it knows of their connections.
package protocol ConnectionSource: AnyObject, Sendable {
    /// The connections whose sessions are open, or were until just now.
    var connectionDetails: [SessionID: ConnectionDetails] { get }
}

/// What a door knows of a connection beyond what its session says.
package struct ConnectionDetails: Sendable, Hashable {
    package var host: String
    package var port: Int
    package var peerHost: String
    package var peerPort: Int
    package var clientName: String?
    package var clientProperties: FieldTable
    /// In milliseconds since 1970.
    package var connectedAt: UInt64
    package var heartbeat: UInt16
    package var frameMax: UInt32
    package var channelMax: UInt16
    package var receivedBytes: Int
    package var sentBytes: Int
    package var receivedReads: Int
    package var sentWrites: Int
    package var waitingBytes: Int
    /// Whether it is not being read because the broker takes no messages.
    package var isBlocked: Bool

    package init(
        host: String,
        port: Int,
        peerHost: String,
        peerPort: Int,
        clientName: String?,
        clientProperties: FieldTable,
        connectedAt: UInt64,
        heartbeat: UInt16,
        frameMax: UInt32,
        channelMax: UInt16,
        receivedBytes: Int,
        sentBytes: Int,
        receivedReads: Int,
        sentWrites: Int,
        waitingBytes: Int,
        isBlocked: Bool
    ) {
        self.host = host
        self.port = port
        self.peerHost = peerHost
        self.peerPort = peerPort
        self.clientName = clientName
        self.clientProperties = clientProperties
        self.connectedAt = connectedAt
        self.heartbeat = heartbeat
        self.frameMax = frameMax
        self.channelMax = channelMax
        self.receivedBytes = receivedBytes
        self.sentBytes = sentBytes
        self.receivedReads = receivedReads
        self.sentWrites = sentWrites
        self.waitingBytes = waitingBytes
        self.isBlocked = isBlocked
    }
}

/// The doors of a broker. They come and go with their servers.
package final class ConnectionSources: Sendable {
    private struct WeakSource {
        weak var source: (any ConnectionSource)?
    }

    private let sources = Mutex<[WeakSource]>([])

    init() {}

    package func add(_ source: any ConnectionSource) {
        sources.withLock { sources in
            sources.removeAll { $0.source == nil }
            sources.append(WeakSource(source: source))
        }
    }

    /// What all of them know.
    package var details: [SessionID: ConnectionDetails] {
        sources.withLock { $0.compactMap(\.source) }.reduce(into: [:]) { all, source in
            all.merge(source.connectionDetails) { $1 }
        }
    }
}
