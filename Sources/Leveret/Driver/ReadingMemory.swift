import LeveretCore

/// Memory for segments that are read back. What the core has given up is used again: the system would have to make and
/// clear pages for each anew.
struct ReadingMemory {
    private static let keptBlocks = 4
    /// Blocks of other sizes are not kept: they are rare, or small.
    private static let keptSizes = (64 << 10)...(1 << 20)
    private static let granularity = 64 << 10
    private var blocks: [SegmentMemory] = []

    /// A block that nobody else holds.
    mutating func take(_ size: Int) -> SegmentMemory {
        guard ReadingMemory.keptSizes.contains(size) else { return SegmentMemory(capacity: size) }
        for index in blocks.indices where blocks[index].capacity >= size && blocks[index].capacity / 2 <= size {
            if isKnownUniquelyReferenced(&blocks[index]) { return blocks[index] }
        }
        if blocks.count == ReadingMemory.keptBlocks { blocks.removeFirst() }
        let pieces = (size + ReadingMemory.granularity - 1) / ReadingMemory.granularity
        blocks.append(SegmentMemory(capacity: pieces * ReadingMemory.granularity))
        return blocks[blocks.count - 1]
    }
}
