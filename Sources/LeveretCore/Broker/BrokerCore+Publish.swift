import LeveretModel

// basic.publish

extension BrokerCore {
    /// Takes a run of publishings. The first that is in error closes the channel, and the rest are dropped.
    mutating func publish(_ run: UnsafeBufferPointer<PublishingView>, on id: ChannelID) {
        guard let channel = channel(id) else { return }
        do throws(AMQPError) {
            try channel.session.checkHeldEffects(limit: limits.heldEffectsPerSession)
            if channel.session.virtualHost.isTraced { return try publishTraced(run, on: channel) }
            var rest = run[...]
            while let first = rest.first {
                let count = publishPlain(rest, on: channel)
                if count == 0 { try publish(first, on: channel) }
                rest = rest.dropFirst(max(1, count))
            }
        } catch {
            var error = error
            error.method = .basicPublish
            closeChannel(channel, with: error)
        }
    }

    /// Takes a publishing, and gives where it went.
    @discardableResult
    mutating func publish(_ publishing: PublishingView, on channel: Channel) throws(AMQPError) -> CachedRoute {
        guard publishing.body.count <= limits.messageSize else {
            throw AMQPError(
                .preconditionFailed,
                "message size \(publishing.body.count) is larger than configured max size \(limits.messageSize)"
            )
        }
        let summary = try scan(publishing.properties)
        let copies = CarbonCopies(publishing, summary)
        let route = try route(of: publishing, copies, on: channel)
        try check(summary, of: publishing, on: channel)
        let replyAddress = try replyAddress(for: publishing, summary, on: channel)
        guard replyAddress != nil || copies?.blindHeaders != nil else {
            try accept(publishing, summary, on: channel, along: route)
            return route
        }
        var edit = PropertiesEdit()
        if let replyAddress { edit.replyTo = .set(replyAddress) }
        if let headers = copies?.blindHeaders { edit.headers = headers.isEmpty ? .remove : .set(headers) }
        try accept(publishing, edit, on: channel, along: route)
        return route
    }

    /// Takes a publishing with some of its properties changed.
    private mutating func accept(
        _ publishing: PublishingView,
        _ edit: PropertiesEdit,
        on channel: Channel,
        along route: CachedRoute
    ) throws(AMQPError) {
        var edited: [UInt8] = []
        do throws(EncodingError) {
            try edit.apply(to: publishing.properties, into: &edited)
        } catch {
            throw AMQPError(.preconditionFailed, "the properties cannot be rewritten: \(error.text)")
        }
        let outcome = edited.withUnsafeBytes { properties in
            Result { () throws(AMQPError) in
                var publishing = publishing
                publishing.properties = properties
                try accept(publishing, try scan(properties), on: channel, along: route)
            }
        }
        try outcome.get()
    }

    /// Takes a publishing that has been checked, to the queues of its route.
    private mutating func accept(
        _ publishing: PublishingView,
        _ summary: PropertiesSummary,
        on channel: Channel,
        along route: CachedRoute
    ) throws(AMQPError) {
        let due = try DueTime(of: publishing, summary, at: now.milliseconds)
        guard channel.transaction == nil else {
            return try buffer(BufferedPublishing(publishing, summary, due: due, route: route), on: channel)
        }
        guard route.isDirect, summary.expiration == nil, due.at == 0 else {
            let arrival = Arrival(publishing: publishing, summary: summary, due: due, ticket: takeTicket(of: channel))
            return acceptByRules(arrival, on: channel, along: route)
        }
        enqueue(publishing, isPersistent: summary.isPersistent, on: channel, along: route)
    }

    /// For a publishing on a channel with confirms.
    mutating func takeTicket(of channel: Channel) -> ConfirmTicket? {
        channel.ledger.map { ConfirmTicket(ledger: $0, publishSequence: gate.nextSequence(in: $0)) }
    }

    /// Takes a publishing that finds no queue, or for which there are rules: of its exchange, of its queues or its own.
    private mutating func acceptByRules(_ arrival: Arrival, on channel: Channel, along route: CachedRoute) {
        let (queues, exchange) = (route.queues, route.deduplicatingExchange)
        let (publishing, summary) = (arrival.publishing, arrival.summary)
        let mark = exchange?.deduplicationSettings.flatMap { deduplicationMark(of: publishing, summary, $0) }
        guard admits(publishing, summary, to: queues, through: exchange, mark, ticket: arrival.ticket, on: channel)
        else { return }
        let isTaken = enqueue(arrival, to: queues, in: channel.session.virtualHost)
        // What is refused is not remembered: its publisher may try again.
        if let exchange, let mark, isTaken { remember(mark, in: exchange) }
    }

    /// Whether a publishing goes on to its queues: there are some, and its exchange has not seen it before. If there
    /// are none and it is mandatory, it goes back. What does not go on is confirmed.
    mutating func admits(
        _ publishing: PublishingView,
        _ summary: PropertiesSummary,
        to queues: [Queue],
        through deduplicatingExchange: Exchange?,
        _ mark: DeduplicationMark?,
        ticket: ConfirmTicket?,
        on channel: Channel
    ) -> Bool {
        counters.published += 1
        guard !queues.isEmpty else {
            counters.unroutable += 1
            if publishing.mandatory, !isReply(publishing) { giveBack(publishing, ticket, on: channel) }
            if let ticket { gate.resolve(ticket) }
            return false
        }
        guard let exchange = deduplicatingExchange, let mark,
            let position = positionOfLike(mark, in: exchange.deduplication)
        else { return true }
        guard let ticket else { return false }
        if mustAwait(position, summary) { awaitNextBatch(ticket) } else { gate.resolve(ticket) }
        return false
    }

    private func scan(_ properties: UnsafeRawBufferPointer) throws(AMQPError) -> PropertiesSummary {
        do throws(EncodingError) {
            return try PropertiesSummary(scanning: properties)
        } catch {
            throw AMQPError(.syntaxError, "malformed properties: \(error.text)")
        }
    }

    private func check(
        _ summary: PropertiesSummary,
        of publishing: PublishingView,
        on channel: Channel
    ) throws(AMQPError) {
        if let range = summary.expiration {
            try checkExpiration(UnsafeRawBufferPointer(rebasing: publishing.properties[range]))
        }
        guard let range = summary.userID, !channel.session.options.isTrusted else { return }
        let claimed = String(decoding: publishing.properties[range], as: UTF8.self)
        let user = channel.session.options.user
        guard claimed == user || channel.session.user?.isImpersonator ?? false else {
            throw AMQPError(
                .preconditionFailed,
                "user_id property set to '\(claimed)' but authenticated user was '\(user)'"
            )
        }
    }

    /// A time to live is a decimal number of milliseconds, ten years at most.
    private func checkExpiration(_ text: UnsafeRawBufferPointer) throws(AMQPError) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let longest = 315_360_000_000
        let isNumber = !text.isEmpty && text.count <= 12 && text.allSatisfy(digits.contains)
        let milliseconds = isNumber ? text.reduce(0) { $0 * 10 + Int($1 - digits.lowerBound) } : .max
        guard milliseconds > longest else { return }
        throw AMQPError(
            .preconditionFailed,
            "invalid expiration '\(String(decoding: text.prefix(32), as: UTF8.self))': "
                + "expected milliseconds from 0 to \(longest)"
        )
    }

    // MARK: Routing

    /// Finds the queues of a publishing.
    private mutating func route(
        of publishing: PublishingView,
        _ copies: CarbonCopies?,
        on channel: Channel
    ) throws(AMQPError) -> CachedRoute {
        let generation = channel.session.virtualHost.routingGeneration
        if copies == nil, let route = channel.routes.recall(publishing, generation: generation) { return route }
        let route = try makeRoute(of: publishing, copies, on: channel)
        channel.routes.insert(route, generation: generation)
        return route
    }

    /// Looks the queues of a publishing up, with the checks that need no repeating while the address is the same.
    private mutating func makeRoute(
        of publishing: PublishingView,
        _ copies: CarbonCopies?,
        on channel: Channel
    ) throws(AMQPError) -> CachedRoute {
        let virtualHost = channel.session.virtualHost
        let name = String(decoding: publishing.address.exchange, as: UTF8.self)
        try require(.write, onExchange: name, for: channel)
        guard let exchange = virtualHost.exchanges[name] else { throw noExchange(name, in: virtualHost) }
        if exchange.options.internal {
            throw AMQPError(
                .accessRefused,
                "cannot publish to internal exchange '\(name)' in vhost '\(virtualHost.name)'"
            )
        }
        var keys = [String(decoding: publishing.address.routingKey, as: UTF8.self)]
        if let copies { keys += try copies.keys() }
        for key in keys { try requireTopic(.write, key: key, of: exchange, for: channel) }
        var routing = Routing(
            in: virtualHost,
            subject: RoutingSubject(keys: keys, properties: publishing.properties)
        )
        if name.isEmpty { routing.takeByName() } else { routing.follow(exchange) }
        let mayBeRemembered = copies == nil && routing.dependsOnKeyOnly
        return CachedRoute(
            to: routing.queues,
            through: exchange,
            of: publishing,
            generation: mayBeRemembered ? virtualHost.routingGeneration : nil
        )
    }

    /// A mandatory message that no queue wants goes back to its publisher.
    private mutating func giveBack(
        _ publishing: PublishingView,
        _ ticket: ConfirmTicket?,
        on channel: Channel
    ) {
        let place = log.appendVolatile(publishing, references: 0)
        let segment = log[place.slot]
        guard let record = segment.reference(to: place.offset) else { return }
        let effect = Effect.returned(
            channel.id,
            .noRoute,
            record,
            publishSequence: ticket?.publishSequence ?? 0
        )
        if channel.isHeld {
            log.addReference(to: segment)
            channel.hold(.effect(effect, pin: segment))
        } else {
            effects.append(effect)
        }
    }
}
