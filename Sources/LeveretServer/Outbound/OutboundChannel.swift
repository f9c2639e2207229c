/// What rendering has to know of an open channel.
final class OutboundChannel {
    /// Only touched with the outbound queue locked, and by one function: checking that again for each delivery
    /// would cost as much as finding the tag.
    @exclusivity(unchecked) var tags = ConsumerTags()
}
