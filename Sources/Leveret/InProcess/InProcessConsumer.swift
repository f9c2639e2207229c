import LeveretCore
import LeveretModel

/// A consumer of an in-process channel.
final class InProcessConsumer: Sendable {
    let id: ConsumerID
    let tag: String
    /// What has been delivered and not been taken: no more than prefetch and outbound window let through.
    let deliveries: DeliveryBuffer

    init(id: ConsumerID, tag: String, session: SessionID, driver: CoreDriver) {
        self.id = id
        self.tag = tag
        deliveries = DeliveryBuffer { bytes in
            driver.perform { $0.apply(.sessionDrained(session, bytes: bytes)) }
        }
    }
}
