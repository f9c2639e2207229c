/// Where a message's record lies.
package struct RecordPlace {
    package let segment: SegmentID
    let offset: UInt32
    /// To be read before the next command; `nil` if the record is only in the journal.
    package let reference: RecordReference?

    /// The record in the content of its segment, as the journal has it.
    package func find(in content: UnsafeRawBufferPointer) -> Record? {
        var start = 0
        while start + Record.headerSize <= content.count {
            let record = Record(at: content.baseAddress! + start)
            if record.offset == offset { return record }
            start += record.length
        }
        return nil
    }
}

extension BrokerCore {
    /// Where the messages lie that are ready in a queue, in order; `nil` if there is no such queue, or if of some only
    /// their ordinals are in memory.
    package func readyRecords(of name: String, in virtualHost: String) -> [RecordPlace]? {
        guard let queue = virtualHosts[virtualHost]?.queues[name], queue.ready.stored.isEmpty else { return nil }
        return queue.ready.all.map { entry in
            let segment = log[entry.slot]
            return RecordPlace(
                segment: segment.id,
                offset: entry.offset,
                reference: segment.reference(to: entry.offset)
            )
        }
    }
}
