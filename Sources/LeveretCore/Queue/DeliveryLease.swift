/// A delivery that is taken back if it is not acknowledged in time (`x-consumer-timeout`).
struct DeliveryLease {
    /// In milliseconds since 1970.
    let deadline: UInt64
    let channel: ChannelID
    /// See `Channel.incarnation`.
    let incarnation: UInt64
    let deliveryTag: UInt64
}
