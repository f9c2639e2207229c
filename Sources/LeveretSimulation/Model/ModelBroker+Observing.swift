import LeveretCore
import LeveretModel

extension ModelBroker {
    /// Judges an effect, and notes what it changes for the client.
    package func observe(_ observation: Observation) throws {
        switch observation {
        case .sessionOpened(let id):
            guard let session = session(id), !session.isOpen else { throw Violation("session \(id) was not opened") }
            session.isOpen = true
        case .sessionClosed(let id):
            guard let place = closingSessions.firstIndex(of: id) else { throw Violation("session \(id) closed") }
            closingSessions.remove(at: place)
        case .connectionException(let id, let error): try observe(error, closing: id)
        case .channelOpened(let id):
            guard let place = openingChannels.firstIndex(of: id) else { throw Violation("channel \(id) opened") }
            openingChannels.remove(at: place)
        case .channelClosed(let id): try observeClosing(of: known(id))
        case .channelException(let id, let error): try observe(error, closing: known(id))
        case .reply(let id, let reply): try observe(reply, on: known(id))
        case .deliver(let id, let delivery): try observe(delivery, on: known(id))
        case .getOk(let id, let delivery, let count): try observe(delivery, count: count, on: known(id))
        case .returned(let id, let code, let message): try observe(code, returning: message, on: known(id))
        case .confirm(let id, let sequence, let multiple):
            try observeConfirm(of: sequence, multiple: multiple, on: known(id))
        case .refuse(let id, let sequence, let multiple):
            try observeRefusal(of: sequence, multiple: multiple, on: known(id))
        case .consumerCancelled(let id, let consumer, _):
            let channel = try known(id)
            guard let place = channel.expectedCancels.firstIndex(where: { $0.id == consumer }) else {
                throw Violation("consumer \(consumer.rawValue) of \(id) was cancelled")
            }
            channel.expectedCancels.remove(at: place)
        case .secretUpdated(let id): throw Violation("session \(id) shows no secrets")
        case .block(let id, _, _): try observeBlock(id, true)
        case .unblock(let id): try observeBlock(id, false)
        case .wake(let time): wake = time.milliseconds
        case .loadSegment(let segment):
            guard isDurable, !wantedSegments.contains(segment) else {
                throw Violation("segment \(segment.rawValue) is asked for twice")
            }
            wantedSegments.append(segment)
            readingIn = currentStep
        }
    }

    private func known(_ id: ChannelID) throws -> ModelChannel {
        guard let channel = channel(id) else { throw Violation("an effect for channel \(id), which is not open") }
        return channel
    }

    private func observeBlock(_ id: SessionID, _ isBlocked: Bool) throws {
        guard let session = session(id) else { throw Violation("an effect for session \(id), which is not open") }
        guard session.isBlocked != isBlocked else {
            throw Violation("session \(id) is \(isBlocked ? "blocked" : "unblocked") twice")
        }
        session.isBlocked = isBlocked
    }

    private func observeClosing(of channel: ModelChannel) throws {
        guard channel.isClosing else { throw Violation("channel \(channel.id) closed without having been asked") }
        session(channel.id.session)?.channels.removeAll { $0 === channel }
    }

    private func observe(_ error: AMQPError, closing channel: ModelChannel) throws {
        guard channel.exception == error.code, error.scope == .channel else {
            throw Violation(
                "channel \(channel.id) failed with \(error), expected \(channel.exception?.name ?? "no exception")"
            )
        }
        guard error.text.hasPrefix(error.code.name + " - ") else { throw Violation("a reply text of \(error.text)") }
        session(channel.id.session)?.channels.removeAll { $0 === channel }
    }

    private func observe(_ error: AMQPError, closing id: SessionID) throws {
        if hasFailed, error.code == .internalError, let session = session(id) {
            guard session.channels.allSatisfy({ $0.unconfirmed.isEmpty || $0.isWaiting }) else {
                throw Violation("session \(id) was closed before its publishings were refused")
            }
            return remove(session)
        }
        guard let expected = expectedConnectionException, expected.session == id, expected.code == error.code,
            error.scope == .connection
        else { throw Violation("session \(id) failed with \(error)") }
        expectedConnectionException = nil
    }
}

// MARK: Replies

extension ModelBroker {
    private func observe(_ reply: Reply, on channel: ModelChannel) throws {
        guard let expected = channel.expectedReplies.first else {
            throw Violation("channel \(channel.id) answered \(reply) to nothing")
        }
        channel.expectedReplies.removeFirst()
        try judge(reply, against: expected, on: channel)
        recoverSilently(on: channel)
    }

    private func judge(_ reply: Reply, against expected: ExpectedReply, on channel: ModelChannel) throws {
        if case .get(let queue, _) = expected.content {
            guard reply == .getEmpty else { throw Violation("get was answered by \(reply)") }
            if !queue.ready.allSatisfy({ $0.readySince == currentStep }) { dropWhatMayNotStay() }
            // What has made the queue too full may have died of age since.
            for entry in queue.ready where entry.readySince != currentStep && dropIfDoubtful(entry) {
                dropWhatMayNotStay()
            }
            guard queue.ready.allSatisfy({ $0.readySince == currentStep }) else {
                throw Violation("get-empty though \(queue.contents)")
            }
            return
        }
        if case .recovery = expected.content {
            guard reply == .recovered else { throw Violation("recover was answered by \(reply)") }
            return giveBackAll(of: channel)
        }
        guard expected.mustWaitFor <= committedBatches else {
            throw Violation("\(reply) before batch \(expected.mustWaitFor) was committed")
        }
        if expected.content == .reply(reply) { return }
        guard case .reply(let wanted) = expected.content, try isChosenByBroker(reply, wanted, expected, on: channel)
        else { throw Violation("channel \(channel.id) answered \(reply), expected \(expected.content)") }
    }

    /// Whether the answer differs only in a name that the broker chose, which the model then takes over.
    private func isChosenByBroker(
        _ reply: Reply,
        _ wanted: Reply,
        _ expected: ExpectedReply,
        on channel: ModelChannel
    ) throws -> Bool {
        switch (reply, wanted) {
        case (
            .queueDeclared(let name, let messages, let consumers),
            .queueDeclared("", let wantedMessages, let wantedConsumers)
        ):
            guard messages == wantedMessages, consumers == wantedConsumers else { return false }
            guard name.hasPrefix("amq.gen-"), queue(named: name) == nil else { return false }
            if let queue = expected.queue { rename(queue, to: name, on: channel) }
            return true
        case (.consumeStarted(let id, let tag, _), .consumeStarted(_, let wanted, _)):
            // The core numbers consumers as it likes, but it uses no number twice.
            guard id.rawValue >= channel.nextConsumer else { return false }
            channel.nextConsumer = id.rawValue + 1
            if wanted.isEmpty {
                let isTaken = channel.consumers.contains { $0.tag == tag }
                guard tag.hasPrefix("amq.ctag-"), !isTaken else { return false }
            } else {
                guard tag == wanted else { return false }
            }
            expected.consumer?.id = id
            expected.consumer?.tag = tag
            expected.consumer?.hasStarted = true
            return true
        default: return false
        }
    }
}

extension ModelBroker {
    private func rename(_ queue: ModelQueue, to name: String, on channel: ModelChannel) {
        for index in bindings.indices where bindings[index].destination == queue.name {
            bindings[index].destination = name
            if bindings[index].routingKey == queue.name { bindings[index].routingKey = name }
        }
        if channel.lastQueue == queue.name { channel.lastQueue = name }
        queue.name = name
    }
}

// MARK: Deliveries

extension ModelBroker {
    private func observe(_ delivery: ObservedDelivery, on channel: ModelChannel) throws {
        guard let consumer = channel.consumers.first(where: { $0.id == delivery.consumer }) else {
            throw Violation("a delivery to consumer \(delivery.consumer.rawValue) of \(channel.id), which is gone")
        }
        guard consumer.hasStarted else { throw Violation("a delivery before consume-ok") }
        guard hasRoom(consumer) else { throw Violation("a delivery beyond a prefetch limit of \(channel.id)") }
        guard let session = session(channel.id.session), session.undrained < limits.outboundWindow else {
            throw Violation("a delivery beyond the outbound window of \(channel.id.session)")
        }
        let better = consumer.queue.consumers.first {
            $0.priority > consumer.priority && hasRoom($0) && isReachable($0) && !mayHaveGotRoomLater($0)
        }
        if let better { throw Violation("a delivery though consumer \(better.tag) has a higher priority") }
        try take(delivery, from: consumer.queue, consumer: consumer, noAcknowledge: consumer.noAcknowledge, channel)
        session.undrained += delivery.outboundCost
    }

    /// Where a limit holds consumers have their turn with each message that comes back, and so before the last
    /// acknowledgement of a run.
    private func mayHaveGotRoomLater(_ consumer: ModelConsumer) -> Bool {
        consumer.queue.rules.isLimited && consumer.channel.settledIn == currentStep
    }

    private func observe(_ delivery: ObservedDelivery, count: UInt32, on channel: ModelChannel) throws {
        guard let expected = channel.expectedReplies.first, case .get(let queue, let noAcknowledge) = expected.content
        else { throw Violation("channel \(channel.id) got a get-ok for nothing") }
        channel.expectedReplies.removeFirst()
        try take(delivery, from: queue, consumer: nil, noAcknowledge: noAcknowledge, channel)
        // A get that has waited may be answered before all that this command publishes is there.
        if count > queue.ready.count { dropWhatMayNotStay() }
        if count < queue.ready.count { dropPassedOver(in: queue) }
        let left = queue.ready.count
        let old = left - queue.ready.count { $0.readySince == currentStep }
        // What others have dropped, which only their length will tell, may have come here.
        let doubtful = queues.flatMap(\.passedOver).count(where: \.isReady)
        guard min(old, queue.rules.mostKept ?? old)...left + doubtful ~= Int(count) else {
            throw Violation("get-ok says \(count) messages are left, there are \(left); \(queue.contents)")
        }
        session(channel.id.session)?.undrained += delivery.outboundCost
        recoverSilently(on: channel)
    }

    private func take(
        _ delivery: ObservedDelivery,
        from queue: ModelQueue,
        consumer: ModelConsumer?,
        noAcknowledge: Bool,
        _ channel: ModelChannel
    ) throws {
        let shown = queue.readyInOrder.first { $0.isShown(as: delivery.message) }
        guard let entry = try shown ?? findAnnounced(delivery.message, in: queue) else {
            throw Violation(
                "\(queue.name) delivers \(delivery.message.summary), which is not ready; \(queues.map(\.contents))"
            )
        }
        try dropReady(before: entry, in: queue)
        // What may not live at all may still be delivered in the moment in which it comes.
        guard !entry.isOver(at: now) || !entry.wasDelivered else {
            throw Violation("\(delivery.message.summary) is delivered again though its time is over")
        }
        // What is said of a message that came back does not count.
        let allowance = entry.record.returns > 0 ? 64 : 0
        guard 0...allowance ~= delivery.message.windowSize - delivery.outboundCost else {
            throw Violation("\(delivery.message.summary) is said to take \(delivery.outboundCost) bytes")
        }
        guard delivery.tag == channel.nextTag else {
            throw Violation("delivery tag \(delivery.tag) on \(channel.id), expected \(channel.nextTag)")
        }
        guard delivery.redelivered == entry.wasDelivered || (entry.mayClaimRedelivery && delivery.redelivered) else {
            throw Violation("\(delivery.message.summary) says redelivered: \(delivery.redelivered)")
        }
        channel.nextTag += 1
        queue.noteDeparture(in: currentStep)
        entry.wasDelivered = true
        if entry.isPersistent { delivered.insert(entry.record.identity) }
        if noAcknowledge { return queue.settle(entry) }
        entry.place = .unacknowledged
        channel.unacknowledged.append(
            ModelDelivery(
                tag: delivery.tag,
                entry: entry,
                queue: queue,
                consumer: consumer,
                overdueAt: queue.rules.consumerTimeout.map { now + $0 }
            )
        )
    }
}

extension ObservedMessage {
    /// The message in few words: the workload begins every body with the message's number.
    var summary: String { "`\(text.prefix { $0 != " " })`" }

    /// How many bytes the message takes of its session's outbound window: its content, its address, and an
    /// allowance for what goes with every delivery.
    package var windowSize: Int {
        2 + exchange.utf8.count + routingKey.utf8.count + properties.count + body.count + 64
    }
}

// MARK: Confirms and returns

extension ModelBroker {
    private func observe(_ code: ReplyCode, returning message: ObservedMessage, on channel: ModelChannel) throws {
        guard let expected = channel.expectedReturns.first, expected.message == message, code == .noRoute else {
            throw Violation("\(message.summary) was returned with \(code.name)")
        }
        channel.expectedReturns.removeFirst()
    }

    private func observeConfirm(of sequence: UInt64, multiple: Bool, on channel: ModelChannel) throws {
        let confirmed = try answered(sequence, multiple: multiple, on: channel)
        // What a full queue has dropped is not waited for.
        if !confirmed.flatMap(\.entries).allSatisfy(mayBeConfirmed) { dropWhatMayNotStay() }
        for entry in confirmed.flatMap(\.entries) where !mayBeConfirmed(entry) && dropIfDoubtful(entry) {
            // Nor may what has become of it stay where it came to.
            dropWhatMayNotStay()
        }
        for publishing in confirmed {
            guard !publishing.isRefused else {
                throw Violation("publishing \(publishing.sequence) of \(channel.id) was confirmed by a full queue")
            }
            guard publishing.entries.allSatisfy(mayBeConfirmed) else {
                throw Violation("publishing \(publishing.sequence) of \(channel.id) was confirmed before its commit")
            }
            guard !channel.expectedReturns.contains(where: { $0.sequence == publishing.sequence }) else {
                throw Violation("publishing \(publishing.sequence) of \(channel.id) was confirmed before its return")
            }
        }
    }

    private func observeRefusal(of sequence: UInt64, multiple: Bool, on channel: ModelChannel) throws {
        let refused = try answered(sequence, multiple: multiple, on: channel)
        guard refused.allSatisfy({ $0.isRefused || (hasFailed && mayBeUnconfirmed($0)) }) else {
            throw Violation("publishing \(sequence) of \(channel.id) was refused")
        }
    }

    private func mayBeUnconfirmed(_ publishing: ModelPublishing) -> Bool {
        publishing.mayWaitFor > committedBatches || !publishing.entries.allSatisfy(mustBeConfirmed)
    }

    private func answered(_ sequence: UInt64, multiple: Bool, on channel: ModelChannel) throws -> [ModelPublishing] {
        guard channel.unconfirmed.contains(where: { $0.sequence == sequence }) else {
            throw Violation("publishing \(sequence) of \(channel.id) is answered, which waits for no answer")
        }
        let isMeant = { (publishing: ModelPublishing) in
            publishing.sequence == sequence || (multiple && publishing.sequence < sequence)
        }
        defer { channel.unconfirmed.removeAll(where: isMeant) }
        return channel.unconfirmed.filter(isMeant)
    }

    /// Durable, or settled and thus not to be kept any more, but for the copies of what died.
    func mayBeConfirmed(_ entry: ModelEntry) -> Bool {
        if let batch = entry.batch, batch <= committedBatches { return true }
        return entry.isSettled && entry.copies.allSatisfy(mayBeConfirmed)
    }

    /// As above, but an entry that was settled while its batch was under way may wait for the batch, and one that has
    /// died for the batch of its copies.
    func mustBeConfirmed(_ entry: ModelEntry) -> Bool {
        if let batch = entry.batch { return batch <= committedBatches }
        guard let batch = entry.diedBefore else { return entry.isSettled }
        return batch <= committedBatches && entry.copies.allSatisfy(mustBeConfirmed)
    }
}
