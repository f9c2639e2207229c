import LeveretModel

/// The deliveries of a consumer on their way from the event loop to the task that takes them.
typealias ConsumerDeliveries = DeliveryBuffer

extension DeliveryBuffer {
    /// For a consumer without a prefetch window, `window` is the connection whose reading it can stop.
    convenience init(window session: SharedSession?) {
        self.init { bytes in
            session?.window.add(bytes)
        } taken: { bytes in
            guard let session, session.window.remove(bytes) else { return }
            session.wakeUp()
        }
    }

    /// Hands deliveries to the task that waits, or keeps them until one asks.
    func receive(_ deliveries: [Delivery], bytes: Int) {
        append {
            $0 += deliveries
            return bytes
        }
        wake()
    }
}
