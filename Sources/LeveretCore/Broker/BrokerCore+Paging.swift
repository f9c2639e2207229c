import LeveretModel

// Messages that are in the journal only

extension BrokerCore {
    /// Gives up the entries of a long queue whose messages are in the journal only.
    mutating func pageOut(_ queue: Queue) {
        guard queue.isJournaled else { return }
        var stored: [StoredEntries] = []
        queue.ready.pageOut({ log[$0].residence }, { stored.append($0) })
        for entries in stored { log.notePagedOut(entries, of: queue.id) }
    }

    /// Makes the entries of queues anew that know messages of the segment by runs. `false` if the index lacks any.
    private mutating func pageIn(_ segment: Segment, index: [UInt8], to queues: [Queue]) -> Bool {
        let waiting = queues.filter { $0.ready.canPageIn(segment.slot) }
        guard !waiting.isEmpty else { return true }
        guard let items = BrokerCore.items(of: waiting, in: index) else { return false }
        for queue in waiting {
            var known: [StoredEntries] = []
            guard queue.ready.pageIn(segment.slot, items[queue.id] ?? [], { known.append($0) }) else { return false }
            for entries in known { log.notePagedIn(entries, of: queue.id) }
        }
        return true
    }

    /// What the index says of the queues' messages; `nil` if it is not well formed.
    private static func items(of queues: [Queue], in index: [UInt8]) -> [QueueID: [SegmentIndex.Item]]? {
        if queues.count == 1 {
            // Mostly it is one queue, which then need not be looked up for each message.
            let queue = queues[0].id
            var items: [SegmentIndex.Item] = []
            guard SegmentIndex.forEach(in: index, { if $0.queue == queue { items.append($0) } }) else { return nil }
            return [queue: items]
        }
        var items: [QueueID: [SegmentIndex.Item]] = [:]
        for queue in queues { items[queue.id] = [] }
        return SegmentIndex.forEach(in: index, { items[$0.queue]?.append($0) }) ? items : nil
    }

    mutating func request(_ segment: Segment, for queue: Queue) {
        guard queue.awaitedSegment !== segment else { return }
        queue.awaitedSegment = segment
        segment.waitingQueues.append(queue)
        guard !segment.isLoading else { return }
        segment.isLoading = true
        effects.append(.loadSegment(segment.id))
    }

    /// The next messages of the queue are known by a run only: asks for the index of their segment.
    mutating func requestNextPage(of queue: Queue) {
        guard let slot = queue.ready.awaitedSlot else { return }
        request(log[slot], for: queue)
    }

    /// Asks for the messages behind those that the queue's consumers are at, so that nobody waits for them.
    mutating func readAhead(for queue: Queue) {
        guard queue.canDeliver, let slot = queue.ready.soonAwaitedSlot else { return }
        request(log[slot], for: queue)
    }

    mutating func segmentLoaded(_ id: SegmentID, index: [UInt8], _ restored: RestoredSegment?) {
        guard log.isWaiting(for: id) else { return }
        guard let segment = log.load(id, restored) else {
            fail("segment \(id.rawValue) of the journal is damaged: its records do not fit; run 'leveret check'")
            return
        }
        let queues = segment.waitingQueues
        segment.waitingQueues = []
        guard pageIn(segment, index: index, to: queues) else {
            fail("the index of segment \(id.rawValue) is damaged: messages are missing; run 'leveret check'")
            return
        }
        for queue in queues {
            queue.awaitedSegment = nil
            schedule(queue)
            enforceLengthLimit(of: queue)
            answerWaitingGets(of: queue)
        }
        deliverFromScheduledQueues()
        log.evict()
    }

    /// Gets that waited for a message of the queue, to be read back or to be marked, are tried again.
    mutating func answerWaitingGets(of queue: Queue) {
        let waiting = queue.channelsWithGets
        queue.channelsWithGets = []
        for id in waiting {
            if let channel = channel(id) { releaseHeldEffects(of: channel) }
        }
    }

    mutating func segmentFailed(_ id: SegmentID, reason: String) {
        guard log.isWaiting(for: id) else { return }
        fail("segment \(id.rawValue) of the journal cannot be read: \(reason)")
    }
}
