/// A stored segment without what is dead in it, so that the journal can write it anew.
///
/// Records keep their offsets and messages their ordinals, so nobody who refers to them notices.
package struct SegmentCompaction {
    package let index: [UInt8]
    package let content: [UInt8]

    /// `nil` if everything in the segment lives, or if index and content are not what a core has written.
    ///
    /// - Parameters:
    ///   - segment: what the journal holds of the segment, with everything that was noted of it since it was written.
    ///   - content: the segment's content as it was written, read only if something is dead.
    ///   - exists: whether there is a durable queue of that number.
    package init?(
        of segment: RecoveredSegment,
        content: () throws -> [UInt8],
        queueExists exists: (QueueID) throws -> Bool
    ) rethrows {
        let settled = SettledMessages(segment.settled)
        let updated = UpdatedMessages(segment.updates)
        var hasDead = false
        let live = try SegmentIndex.filter(segment.index) { item in
            let ordinal = updated.update(of: item)?.ordinal ?? item.ordinal
            let lives = try exists(item.queue) && !settled.contains(item.queue, ordinal)
            if !lives { hasDead = true }
            return lives
        }
        guard hasDead, let live,
            let records = SegmentCompaction.records(
                at: live.offsets,
                of: try content(),
                segmentLength: segment.length
            )
        else { return nil }
        index = live.index
        self.content = records
    }

    /// The records at the offsets, which rise; `nil` if one is missing or the content is not made of records.
    private static func records(at offsets: [UInt32], of content: [UInt8], segmentLength: Int) -> [UInt8]? {
        content.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return offsets.isEmpty ? [] : nil }
            var kept: [UInt8] = []
            var wanted = offsets[...]
            var position = 0
            while position < bytes.count {
                let start = base + position
                guard
                    Record.isWellFormed(at: start, available: bytes.count - position, segmentLength: segmentLength)
                else { return nil }
                let record = Record(at: start)
                if wanted.first == record.offset {
                    kept.append(contentsOf: bytes[position..<(position + record.length)])
                    wanted.removeFirst()
                }
                position += record.length
            }
            return wanted.isEmpty ? kept : nil
        }
    }
}
