import LeveretCore
import LeveretModel

/// What deliveries that come together share: the memory that they are read in, and the channel that settles them.
///
/// They refer to this object alone. If each counted its references to memory and channel, so would the task that lets go
/// of them, while the core's thread does for those that come: two processors would hand the counters to and fro for each
/// message.
final class DeliveryGroup: DeliverySettlement {
    let memory: SegmentMemory
    private let channel: any DeliverySettlement

    init(in memory: SegmentMemory, of channel: any DeliverySettlement) {
        self.memory = memory
        self.channel = channel
    }

    func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws {
        try await channel.acknowledge(deliveryTag, multiple: multiple)
    }

    func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws {
        try await channel.nack(deliveryTag, multiple: multiple, requeue: requeue)
    }

    func reject(_ deliveryTag: UInt64, requeue: Bool) async throws {
        try await channel.reject(deliveryTag, requeue: requeue)
    }
}
