package import LeveretCore
import LeveretModel

// MARK: Publishing

extension ModelBroker {
    package func publish(_ publishings: [NumberedPublishing], on id: ChannelID) {
        guard let channel = channel(id) else { return }
        publishingIn = currentStep
        for numbered in publishings {
            guard publish(numbered.publishing, serial: numbered.serial, on: channel) else { return }
        }
    }

    /// Publishes one message; `false` if it closes the channel.
    private func publish(_ publishing: Publishing, serial: Int, on channel: ModelChannel) -> Bool {
        guard publishing.body.count <= limits.messageSize else {
            raise(.preconditionFailed, on: channel)
            return false
        }
        guard let exchange = exchange(named: publishing.exchange) else {
            raise(.notFound, on: channel)
            return false
        }
        guard !exchange.options.internal else {
            raise(.accessRefused, on: channel)
            return false
        }
        let properties = publishing.properties.withUnsafeBytes { try? BasicProperties(encoded: $0) }
        let destinations = route(
            from: exchange,
            routingKey: publishing.routingKey,
            headers: properties?.headers ?? [:]
        )
        let dueAt = dueTime(of: properties)
        guard channel.transaction == nil else {
            channel.transaction?.publishings.append(
                .init(
                    publishing: publishing,
                    serial: serial,
                    isPersistent: properties?.deliveryMode == .persistent,
                    exchange: exchange.name,
                    dueAt: dueAt,
                    destinations: destinations
                )
            )
            return true
        }
        let arrival = Arrival(serial: serial, message: publishing.observed, dueAt: dueAt)
        let reception = receive(arrival, from: exchange, in: destinations)
        if destinations.isEmpty, publishing.mandatory {
            channel.expectedReturns.append((channel.nextSequence, publishing.observed))
        }
        if channel.selectedConfirms {
            if reception.isDuplicate, channel.unconfirmed.isEmpty, !reception.entries.allSatisfy(mayBeConfirmed) {
                awaitedDuplicates += 1
            }
            channel.unconfirmed.append(
                ModelPublishing(
                    sequence: channel.nextSequence,
                    entries: reception.isRefused ? [] : reception.entries,
                    mayWaitFor: reception.isDuplicate && isDurable ? nextBatch : 0,
                    isRefused: reception.isRefused
                )
            )
            channel.nextSequence += 1
        }
        return true
    }

    /// The queues that a message reaches, each once.
    func route(from exchange: ModelExchange, routingKey: String, headers: FieldTable) -> [ModelQueue] {
        var reached: [ModelQueue] = []
        var visited: [String] = []
        var waiting = [exchange]
        while let exchange = waiting.popLast() {
            guard !visited.contains(exchange.name) else { continue }
            visited.append(exchange.name)
            let matching = bindings.filter {
                $0.source == exchange.name && exchange.matches($0, routingKey: routingKey, headers: headers)
            }
            var names = matching.filter { !$0.toExchange }.map(\.destination)
            if exchange.name.isEmpty { names = [routingKey] }
            for name in names where !name.isEmpty {
                guard let queue = queue(named: name), !reached.contains(where: { $0 === queue }) else { continue }
                reached.append(queue)
            }
            waiting += matching.filter(\.toExchange).compactMap { self.exchange(named: $0.destination) }
            // Only an exchange without any matching binding passes on to its alternate.
            if matching.isEmpty, !exchange.name.isEmpty,
                let alternate = exchange.options.arguments["alternate-exchange"]?.string
            {
                waiting += [self.exchange(named: alternate)].compactMap { $0 }
            }
        }
        return reached
    }
}

// MARK: Acknowledging

extension ModelBroker {
    package func acknowledge(_ acknowledgements: [Acknowledgement], on id: ChannelID) {
        guard let channel = channel(id) else { return }
        for acknowledgement in acknowledgements {
            guard acknowledge(acknowledgement, on: channel) else { return raise(.preconditionFailed, on: channel) }
        }
    }

    /// `false` if the tag is not outstanding.
    private func acknowledge(_ acknowledgement: Acknowledgement, on channel: ModelChannel) -> Bool {
        let tag = acknowledgement.deliveryTag
        let isAll = acknowledgement.multiple && tag == 0
        guard isAll || channel.takenBack.contains(tag) || channel.unacknowledged.contains(where: { $0.tag == tag })
        else { return false }
        let meant = channel.unacknowledged.filter {
            isAll || $0.tag == tag || (acknowledgement.multiple && $0.tag < tag)
        }
        channel.unacknowledged.removeAll { delivery in meant.contains { $0.tag == delivery.tag } }
        guard channel.transaction == nil else {
            channel.transaction?.settlements += meant.map { .init(delivery: $0, acknowledgement: acknowledgement) }
            return true
        }
        channel.settledIn = currentStep
        for delivery in meant { settle(delivery, by: acknowledgement) }
        return true
    }

    func settle(_ delivery: ModelDelivery, by acknowledgement: Acknowledgement) {
        guard delivery.entry.isUnacknowledged else { return }
        switch acknowledgement.kind {
        case .acknowledge: delivery.queue.settle(delivery.entry)
        case .nack where acknowledgement.requeue: putBack(delivery, isFailure: false)
        case .reject where acknowledgement.requeue: putBack(delivery, isFailure: true)
        case .nack, .reject: bury(delivery.entry, of: delivery.queue, because: .rejected)
        }
    }
}
