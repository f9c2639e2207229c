import LeveretCore
import LeveretModel

// How messages enter queues, and how they leave them without having been acknowledged

extension ModelBroker {
    /// What becomes of a message that goes to queues.
    struct Reception {
        /// The entries that its confirm has to wait for.
        var entries: [ModelEntry] = []
        var isRefused = false
        /// Whether it is like one that was there before, so that the confirm may wait for the next batch.
        var isDuplicate = false
    }

    /// A message on its way into queues.
    struct Arrival {
        var serial: Int
        var message: ObservedMessage
        var deaths: [ModelDeath] = []
        var dueAt: UInt64?

        var isPersistent: Bool { BasicProperties(message)?.deliveryMode == .persistent }
    }

    /// Publishes a message that has been routed.
    func receive(_ arrival: Arrival, from exchange: ModelExchange?, in queues: [ModelQueue]) -> Reception {
        let value = BasicProperties(arrival.message).flatMap(ModelWindow.value)
        let rules = queues.isEmpty ? nil : exchange.flatMap { ModelWindow.Rules($0.options.arguments) }
        if rules != nil, let memory = exchange?.window.memory(of: value, at: now) {
            duplicates += 1
            return Reception(entries: arrival.isPersistent ? memory.entries : [], isDuplicate: true)
        }
        var reception = Reception()
        for queue in queues { receive(arrival, value, in: queue, &reception) }
        if let rules, !reception.isRefused, let place = exchanges.firstIndex(where: { $0.name == exchange?.name }) {
            exchanges[place].window.remember(value, reception.entries, rules, at: now)
        }
        return reception
    }

    private func receive(
        _ arrival: Arrival,
        _ value: FieldValue?,
        in queue: ModelQueue,
        _ reception: inout Reception
    ) {
        if queue.rules.deduplication != nil, let memory = queue.window.memory(of: value, at: now) {
            duplicates += 1
            reception.isDuplicate = true
            if arrival.isPersistent { reception.entries += memory.entries }
            return
        }
        if queue.rules.refusesPublishings, queue.isOverfull(adding: 1, bytes: arrival.message.body.count) {
            reception.isRefused = true
            if queue.rules.deadLettersRefused { _ = deadLetter(arrival, of: queue, because: .maxlen) }
            return
        }
        let entry = makeEntry(arrival, in: queue)
        queue.entries.append(entry)
        if entry.isPersistent { reception.entries.append(entry) }
        if let rules = queue.rules.deduplication {
            queue.window.remember(value, entry.isPersistent ? [entry] : [], rules, at: now)
        }
    }

    private func makeEntry(_ arrival: Arrival, in queue: ModelQueue) -> ModelEntry {
        let properties = BasicProperties(arrival.message) ?? BasicProperties()
        let lifetimes = [queue.rules.timeToLive, properties.expiration.flatMap(UInt64.init)].compactMap(\.self)
        let start = max(now, arrival.dueAt ?? 0)
        nextIdentity += 1
        return ModelEntry(
            ModelEntry.Record(
                identity: nextIdentity,
                serial: arrival.serial,
                message: arrival.message,
                deadline: lifetimes.min().map { start + $0 },
                priority: min(properties.priority ?? queue.rules.usualPriority, queue.rules.maxPriority),
                deaths: arrival.deaths,
                dueAt: arrival.dueAt.flatMap { $0 > now ? $0 : nil },
                arrival: currentStep
            ),
            isPersistent: properties.deliveryMode == .persistent && queue.isDurable && isDurable,
            readySince: currentStep
        )
    }

    /// When the publisher wants the message to be delivered.
    func dueTime(of properties: BasicProperties?) -> UInt64? {
        guard let delay = properties?.headers?["x-delay"]?.integer, delay > 0 else { return nil }
        return now + UInt64(delay)
    }

    // MARK: Deaths

    /// A message of the queue is done with and goes to the dead letter exchange, if there is one.
    func bury(_ entry: ModelEntry, of queue: ModelQueue, because reason: ModelDeath.Reason) {
        if reason == .expired, entry.isReady { queue.noteDeparture(in: currentStep) }
        // What was too much and too old at once dies of what is seen first.
        let isDoubtful = entry.isReady && queue.rules.mostKept != nil && entry.isOver(at: now)
        queue.settle(entry)
        noteDeath(reason)
        let arrival = Arrival(serial: entry.serial, message: entry.message, deaths: entry.record.deaths)
        entry.copies = deadLetter(arrival, of: queue, because: reason, isDoubtful: isDoubtful)
        if queue.rules.deadLetterExchange != nil { entry.diedBefore = nextBatch }
    }

    /// Gives the durable copies.
    private func deadLetter(
        _ arrival: Arrival,
        of queue: ModelQueue,
        because reason: ModelDeath.Reason,
        isDoubtful: Bool = false
    ) -> [ModelEntry] {
        guard let name = queue.rules.deadLetterExchange, let exchange = exchange(named: name) else { return [] }
        var arrival = arrival
        arrival.dueAt = nil
        arrival.deaths = ModelDeath.adding(reason, in: queue.name, to: arrival.deaths)
        arrival.deaths[0].isDoubtful = isDoubtful
        arrival.message.exchange = name
        arrival.message.routingKey = queue.rules.deadLetterRoutingKey ?? arrival.message.routingKey
        arrival.message.loseExpiration()
        let key = arrival.message.routingKey
        let headers = BasicProperties(arrival.message)?.headers ?? [:]
        let targets = route(from: exchange, routingKey: key, headers: headers).filter {
            reason == .rejected || !ModelDeath.isCycle(arrival.deaths, to: $0.name)
        }
        deadLetters += targets.count
        return receive(arrival, from: nil, in: targets).entries
    }

    private func noteDeath(_ reason: ModelDeath.Reason) {
        switch reason {
        case .expired: expiredMessages += 1
        case .maxlen: droppedMessages += 1
        case .delivery_limit: failedMessages += 1
        case .rejected: break
        }
    }

    /// A client sees a dead letter that the model has not met yet: its message must have had to die just now.
    func findAnnounced(_ observed: ObservedMessage, in queue: ModelQueue) throws -> ModelEntry? {
        guard var headers = BasicProperties(observed)?.headers, let deaths = ModelDeath.take(from: &headers) else {
            return nil
        }
        guard try letDie(observed, deaths, at: 0) else { return nil }
        return queue.ready.first { $0.isShown(as: observed) }
    }

    /// Lets a message die that has died like this, the latest death first, of one death and those after it; it may have
    /// come to the queue by the death before. `false` if it did not have to die.
    private func letDie(_ observed: ObservedMessage, _ deaths: [ModelDeath], at place: Int) throws -> Bool {
        guard place < deaths.count, let source = queue(named: deaths[place].queue) else { return false }
        let death = deaths[place]
        let isMeant = { (entry: ModelEntry) in
            // A death that came again takes the place of the one before.
            let told = deaths[...place].reversed().reduce(entry.record.deaths) {
                ModelDeath.adding($1.reason, in: $1.queue, to: $0)
            }
            return entry.isReady && entry.message.body == observed.body && ModelDeath.isShown(told, as: deaths)
        }
        if !source.entries.contains(where: isMeant), try !letDie(observed, deaths, at: place + 1) { return false }
        guard let entry = source.entries.first(where: isMeant) else { return false }
        switch death.reason {
        case .expired where entry.isOver(at: now): bury(entry, of: source, because: .expired)
        case .maxlen:
            try dropReady(before: entry, in: source)
            guard source.mayHaveBeenOverfull(in: currentStep) else { return false }
            bury(entry, of: source, because: .maxlen)
        default: return false
        }
        return true
    }

    // MARK: What comes back

    /// A message comes back to its queue from somebody to whom it was delivered.
    func putBack(_ delivery: ModelDelivery, isFailure: Bool) {
        let (entry, queue) = (delivery.entry, delivery.queue)
        guard entry.isUnacknowledged else { return }
        guard !entry.isOver(at: now) else { return bury(entry, of: queue, because: .expired) }
        entry.place = .ready
        entry.returnedIn = currentStep
        guard queue.rules.isQuorum else { return }
        entry.record.returns += 1
        if isFailure { entry.record.failures += 1 }
        if isFailure, let limit = queue.rules.deliveryLimit, entry.record.failures > limit {
            return bury(entry, of: queue, because: .delivery_limit)
        }
        guard let retry = queue.rules.retry, isFailure ? retry.failures : retry.returns else { return }
        let wait = retry.wait(after: entry.record.returns)
        guard wait > 0 else { return }
        retries += 1
        entry.record.dueAt = now + wait
        entry.place = .delayed
    }
}

extension ObservedMessage {
    fileprivate mutating func loseExpiration() {
        guard var properties = BasicProperties(self), properties.expiration != nil else { return }
        properties.expiration = nil
        var bytes: [UInt8] = []
        do { try properties.encode(into: &bytes) } catch { return }
        self.properties = bytes
    }
}
