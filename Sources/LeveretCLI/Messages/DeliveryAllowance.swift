/// How many deliveries a consumer takes when it is to take a certain number and not one more, and how early it may
/// acknowledge: the broker sends the next message as soon as the window allows, also one beyond the number, which
/// would then come back marked as redelivered. So the last acknowledgements wait until the consumer is cancelled.
struct DeliveryAllowance: Hashable {
    /// `nil` for no end.
    let limit: UInt64?
    /// The prefetch window to ask for.
    let prefetch: UInt16

    init(limit: UInt64?, wantedPrefetch: UInt16) {
        self.limit = limit
        guard let limit else {
            prefetch = wantedPrefetch
            return
        }
        let wanted = wantedPrefetch == 0 ? UInt64(UInt16.max) : UInt64(wantedPrefetch)
        prefetch = UInt16(min(limit, wanted))
    }

    /// How many more to take after so many.
    func remaining(after taken: UInt64) -> UInt64 { limit.map { $0 - min($0, taken) } ?? .max }

    /// How many of the deliveries taken so far may be acknowledged before the consumer is cancelled.
    func settleable(of taken: UInt64) -> UInt64 {
        guard let limit else { return taken }
        return min(taken, limit - UInt64(prefetch))
    }
}
