/// What the journal has read back of a segment: its records, one behind the other, in memory that the log can take over.
///
/// It is looked through by who reads it, so that the core and all who wait for it need not.
package struct RestoredSegment {
    let memory: SegmentMemory
    /// How many bytes of the memory are records.
    let count: Int
    /// Whether each record lies where it lay before: nothing between them was left out when the segment was written.
    let isComplete: Bool

    /// Takes memory that begins with the content of a segment. `nil` if that is not what the log has written.
    package init?(_ memory: SegmentMemory, count: Int) {
        guard count > 0, count <= memory.capacity, let start = memory.bytes.baseAddress else { return nil }
        var position = 0
        var isComplete = true
        while position < count {
            // How long the segment is knows the log, which looks when it takes the memory.
            guard Record.isWellFormed(at: start + position, available: count - position, segmentLength: .max)
            else { return nil }
            let record = Record(at: start + position)
            isComplete = isComplete && Int(record.offset) == position
            position += record.length
        }
        self.memory = memory
        self.count = count
        self.isComplete = isComplete
    }

    /// The segment's memory, each record where it lay. `nil` if one lies outside of the segment.
    func memory(ofLength length: Int) -> SegmentMemory? {
        if isComplete { return count <= length ? memory : nil }
        let whole = SegmentMemory(capacity: length)
        guard let start = memory.bytes.baseAddress, let destination = whole.bytes.baseAddress else { return nil }
        var position = 0
        while position < count {
            let record = Record(at: start + position)
            guard Int(record.offset) + record.length <= length else { return nil }
            (destination + Int(record.offset)).copyMemory(from: start + position, byteCount: record.length)
            position += record.length
        }
        return whole
    }
}
