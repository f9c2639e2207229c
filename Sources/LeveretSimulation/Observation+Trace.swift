import LeveretCore
import LeveretModel

extension Observation {
    /// Mixes what a client would see into a trace.
    func mix(into trace: inout Trace) {
        switch self {
        case .sessionOpened(let session): trace.mix(1, session)
        case .sessionClosed(let session): trace.mix(2, session)
        case .connectionException(let session, let error):
            trace.mix(3, session)
            trace.mix(error.text)
        case .channelOpened(let channel): trace.mix(4, channel)
        case .channelClosed(let channel): trace.mix(5, channel)
        case .channelException(let channel, let error):
            trace.mix(6, channel)
            trace.mix(error.text)
        case .reply(let channel, let reply):
            trace.mix(7, channel)
            trace.mix("\(reply)")
        case .deliver(let channel, let delivery):
            trace.mix(8, channel)
            trace.mix(delivery)
        case .getOk(let channel, let delivery, let count):
            trace.mix(9, channel)
            trace.mix(delivery)
            trace.mix(UInt64(count))
        case .returned(let channel, _, let message):
            trace.mix(10, channel)
            trace.mix(message.body.prefix(16))
        case .confirm(let channel, let sequence, let multiple):
            trace.mix(multiple ? 11 : 12, channel)
            trace.mix(sequence)
        case .refuse(let channel, let sequence, let multiple):
            trace.mix(multiple ? 13 : 14, channel)
            trace.mix(sequence)
        case .consumerCancelled(let channel, let consumer, _):
            trace.mix(15, channel)
            trace.mix(UInt64(consumer.rawValue))
        case .block(let session, _, let awaitsAnswers): trace.mix(awaitsAnswers ? 18 : 16, session)
        case .unblock(let session): trace.mix(17, session)
        case .wake(let time): trace.mix(time.milliseconds)
        case .secretUpdated(let session): trace.mix(40, session)
        case .loadSegment(let segment): trace.mix(segment.rawValue)
        }
    }
}

extension Trace {
    fileprivate mutating func mix(_ kind: UInt64, _ session: SessionID) {
        mix(kind)
        mix(session.rawValue)
    }

    fileprivate mutating func mix(_ kind: UInt64, _ channel: ChannelID) {
        mix(kind, channel.session)
        mix(UInt64(channel.number))
    }

    fileprivate mutating func mix(_ delivery: ObservedDelivery) {
        mix(UInt64(delivery.consumer.rawValue))
        mix(delivery.tag)
        mix(delivery.redelivered ? 1 : 0)
        mix(delivery.message.body.prefix(16))
    }
}
