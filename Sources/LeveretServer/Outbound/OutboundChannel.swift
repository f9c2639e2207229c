/// What rendering has to know of an open channel.
final class OutboundChannel {
    var tags = ConsumerTags()
}
