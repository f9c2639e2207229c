import LeveretModel

/// One client of the broker.
final class Session {
    let id: SessionID
    let options: SessionOptions
    let virtualHost: VirtualHost
    /// Who is at the other end; nobody, if it is the program itself.
    let user: User?
    var channels: [UInt16: Channel] = [:]
    /// Bytes that may still be delivered before the client has to drain some.
    @exclusivity(unchecked) var outboundAllowance: Int
    let outboundWindow: Int
    /// What its channels hold back.
    @exclusivity(unchecked) var heldEffectCount = 0
    var exclusiveQueues: [Queue] = []
    var isBlocked = false
    /// Answers about rights that were given before, until rights change.
    var rights = RightsCache()

    init(id: SessionID, options: SessionOptions, virtualHost: VirtualHost, user: User?, outboundWindow: Int) {
        self.id = id
        self.options = options
        self.virtualHost = virtualHost
        self.user = user
        self.outboundWindow = outboundWindow
        outboundAllowance = outboundWindow
    }

    /// Who does not wait for what the disk holds up cannot let it pile up for ever.
    func checkHeldEffects(limit: Int) throws(AMQPError) {
        guard heldEffectCount >= limit else { return }
        throw AMQPError(
            .resourceError,
            "\(limit) answers wait for the disk: ask for no more before they have come"
        )
    }

    /// The channels by rising number.
    var channelsInOrder: [Channel] { channels.values.sorted { $0.id.number < $1.id.number } }
}
