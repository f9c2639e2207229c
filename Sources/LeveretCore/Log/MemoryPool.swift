/// Blocks of memory that are used again instead of being given back.
struct MemoryPool {
    private static let keptBlocks = 16
    private let capacity: Int
    private var blocks: [SegmentMemory] = []

    init(capacity: Int) { self.capacity = capacity }

    /// A block of the usual capacity, or a larger one of its own for a larger message.
    mutating func take(atLeast size: Int) -> SegmentMemory {
        guard size <= capacity else { return SegmentMemory(capacity: size) }
        return blocks.popLast() ?? SegmentMemory(capacity: capacity)
    }

    /// Keeps a block for later, if nobody else holds it and there are not enough already.
    mutating func recycle(_ memory: inout SegmentMemory) {
        guard memory.capacity == capacity, blocks.count < MemoryPool.keptBlocks,
            isKnownUniquelyReferenced(&memory)
        else { return }
        blocks.append(memory)
    }
}
