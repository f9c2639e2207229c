/// The limits of everything in the core that can grow, and what happens at each.
package struct CoreLimits: Sendable, Hashable {
    /// Channels of one session; one more closes the connection with 530.
    package var channelsPerSession = 2047
    /// Consumers of one channel; one more closes the connection with 530.
    package var consumersPerChannel = 10_000
    /// Queues of one virtual host; one more closes the channel with 406.
    package var queuesPerVirtualHost = 1_000_000
    /// Exchanges of one virtual host; one more closes the channel with 406.
    package var exchangesPerVirtualHost = 100_000
    /// Bindings of one virtual host; one more closes the channel with 406.
    package var bindingsPerVirtualHost = 2_000_000
    /// Bytes of a message's body; a larger one closes the channel with 406.
    package var messageSize = 16 << 20
    /// Bytes delivered to a session and not yet drained by it; at the limit its consumers wait.
    package var outboundWindow = 1 << 20
    /// Unacknowledged deliveries of a channel; at the limit its consumers wait.
    package var unacknowledgedPerChannel = 2_000_000
    /// Answers, and what comes behind them, that a session's channels hold back until something is on the disk; one that
    /// asks for more then closes its connection with 506.
    package var heldEffectsPerSession = 100_000
    /// Bytes that a channel's open transaction may hold; one that would hold more closes its channel with 406.
    package var transactionBytes = 128 << 20
    /// Bytes that all open transactions together may hold; one that would exceed it closes its channel with 406.
    package var transactionBytesInAll = 512 << 20
    /// Bytes of message content kept in memory. Above it durable segments stay in the journal only.
    package var residentBytes = 20 << 20
    /// Bytes of stored segments of which less than a quarter lives. Above it those that have been so for longest are
    /// written anew without what is dead.
    package var sparseBytes = 64 << 20
    /// Messages of a queue whose places stay in memory at its front, and as many at its back. Beyond that, messages
    /// whose content has left memory are known by runs.
    package var entriesInMemory = 1024
    /// Bytes of message content that cannot leave memory (transient, or not yet committed). Above it publishers
    /// are blocked until it has fallen below four fifths.
    package var pinnedBytes = 1 << 30
    /// Bytes of persistent messages that wait for the journal. Above it publishers are not heard until half of them are
    /// on disk: what comes faster than the disk takes it neither piles up nor makes others wait for their confirms.
    package var unstoredBytes = 8 << 20
    /// Capacity in bytes of an ordinary segment; larger messages have segments of their own.
    package var segmentCapacity = 256 << 10

    package init() {}
}
