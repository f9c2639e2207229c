import LeveretModel

// The way of most publishings: to queues without rules of their own, which need no look at each message

extension BrokerCore {
    /// Takes publishings from the front of a run that need no look at anything but their address, and gives how many:
    /// as long as they have no properties but a delivery mode, one address, and a route that is known.
    mutating func publishPlain(_ run: Slice<UnsafeBufferPointer<PublishingView>>, on channel: Channel) -> Int {
        let generation = channel.session.virtualHost.routingGeneration
        guard channel.transaction == nil, let first = run.first,
            let route = channel.routes.recall(first, generation: generation), route.isDirect
        else { return 0 }
        var count = 0
        for publishing in run {
            guard let isPersistent = PropertiesSummary.persistence(ofPlain: publishing.properties),
                publishing.body.count <= limits.messageSize,
                count == 0 || route.applies(to: publishing, generation: generation)
            else { break }
            enqueue(publishing, isPersistent: isPersistent, on: channel, along: route)
            count += 1
        }
        return count
    }

    /// Puts a publishing into the queues of its route, which have no rules, and sees to its confirm.
    mutating func enqueue(
        _ publishing: PublishingView,
        isPersistent: Bool,
        on channel: Channel,
        along route: CachedRoute
    ) {
        let ticket = takeTicket(of: channel)
        counters.published += 1
        if isPersistent, route.isJournaled {
            enqueueJournaled(publishing, ticket: ticket, along: route)
        } else {
            enqueueVolatile(publishing, along: route)
            if let ticket { gate.resolve(ticket) }
        }
    }

    private mutating func enqueueVolatile(_ publishing: PublishingView, along route: CachedRoute) {
        let place = log.appendVolatile(publishing, references: route.queues.count)
        route.forEachQueue { append(publishing, at: place, ordinal: $0.takeOrdinal(), to: $0) }
    }

    private mutating func enqueueJournaled(
        _ publishing: PublishingView,
        ticket: ConfirmTicket?,
        along route: CachedRoute
    ) {
        let (segment, place) = log.appendDurable(publishing, ticket: ticket, references: route.journaledCount)
        route.forEachQueue { queue in
            let ordinal = queue.takeOrdinal()
            if queue.isJournaled {
                log.addJournaledReference(to: segment, queue: queue, ordinal: ordinal)
            } else {
                log.addReference(to: segment)
            }
            append(publishing, at: place, ordinal: ordinal, to: queue)
        }
        if let ticket { gate.wait(ticket.ledger) }
    }

    private mutating func append(
        _ publishing: PublishingView,
        at place: LogPlace,
        ordinal: UInt64,
        to queue: Queue
    ) {
        queue.ready.append(
            QueueEntry(
                ordinal: ordinal,
                slot: place.slot,
                offset: place.offset,
                bodyLength: UInt32(truncatingIfNeeded: publishing.body.count)
            )
        )
        schedule(queue)
    }
}
