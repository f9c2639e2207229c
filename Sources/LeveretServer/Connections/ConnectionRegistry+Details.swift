package import Leveret
package import LeveretCore
import Synchronization

extension ConnectionRegistry: ConnectionSource {
    /// By session, for operators' listings.
    package var connectionDetails: [SessionID: ConnectionDetails] {
        records.reduce(into: [:]) { details, record in
            let identity = record.identity.withLock { $0 }
            guard let session = identity.session else { return }
            details[session] = ConnectionDetails(record, identity)
        }
    }
}

extension ConnectionDetails {
    fileprivate init(_ record: ConnectionRecord, _ identity: ConnectionRecord.Identity) {
        self.init(
            host: record.addresses.host,
            port: record.addresses.port,
            peerHost: record.addresses.peerHost,
            peerPort: record.addresses.peerPort,
            clientName: identity.clientName,
            clientProperties: identity.clientProperties,
            connectedAt: record.connectedAt,
            heartbeat: identity.heartbeat,
            frameMax: identity.frameMax,
            channelMax: identity.channelMax,
            receivedBytes: record.receivedBytes.load(ordering: .relaxed),
            sentBytes: record.sentBytes.load(ordering: .relaxed),
            receivedReads: record.receivedReads.load(ordering: .relaxed),
            sentWrites: record.sentWrites.load(ordering: .relaxed),
            waitingBytes: record.waitingBytes.load(ordering: .relaxed),
            isBlocked: record.isBlocked.load(ordering: .relaxed)
        )
    }
}
