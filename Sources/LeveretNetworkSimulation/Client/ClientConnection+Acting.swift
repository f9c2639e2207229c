import LeveretModel
import LeveretSimulation
import LeveretWire

// What a client does of its own accord.

extension ClientConnection {
    /// Does one thing, whatever comes to its mind.
    func act(_ random: inout SeededGenerator) {
        guard canAct else { return }
        if channels.isEmpty || (channels.count < plan.channelsPerClient && random.chance(10)) {
            _ = openChannel(&random)
            return
        }
        guard let channel = random.pick(channels.filter(mayUse)) else { return }
        if random.chance(plan.mistakes) { return makeMistake(on: channel, &random) }
        if !channel.received.isEmpty, random.chance(35) { return answer(on: channel, &random) }
        switch random.number(1...100) {
        case ...50: publish(on: channel, &random)
        case ...68: consume(on: channel, &random)
        case ...80: get(on: channel, &random)
        case ...84: cancel(on: channel, &random)
        case ...88: recover(on: channel, &random)
        case ...90: close(channel)
        case ...95: ask(.basicQos(qos(channel, &random)), for: [BasicQosOk.id], on: channel)
        default:
            ask(.queueDeclare(passive(random.pick(ledger.queues)?.name ?? "")), for: [QueueDeclareOk.id], on: channel)
        }
    }

    private func mayUse(_ channel: ClientChannel) -> Bool {
        (channel.isUsable || (isHasty && channel.state != .closedByServer)) && !channel.hasAskedToClose
    }

    /// Sends a method.
    func say(_ method: Method, on channel: ClientChannel, _ event: ClientEvent? = nil) {
        server.note { "connection \(number) > \(channel.number) \(method.id.name)\(event.map { " \($0)" } ?? "")" }
        let bytes = ClientFrames.method(method, channel: channel.number)
        send([ClientFrame(bytes: bytes, event: event)], on: channel.number)
    }

    /// Sends a method that the server has to answer.
    func ask(
        _ method: Method,
        for answers: [MethodID],
        on channel: ClientChannel,
        queue: SimulatedQueue? = nil,
        consumer: ClientChannel.Consumer? = nil,
        noAcknowledge: Bool = false,
        _ event: ClientEvent? = nil
    ) {
        channel.questions.append(
            .init(answers: answers, queue: queue, consumer: consumer, noAcknowledge: noAcknowledge)
        )
        say(method, on: channel, event)
    }

    func passive(_ name: String) -> QueueDeclare { QueueDeclare(queue: name, passive: true) }
}

// MARK: - Channels

extension ClientConnection {
    func openChannel(_ random: inout SeededGenerator) -> ClientChannel? {
        guard let free = (1...100).first(where: { number in !channels.contains { $0.number == UInt16(number) } }) else {
            return nil
        }
        let channel = ClientChannel(number: UInt16(free), serial: server.nextSerial(), connection: self)
        channels.append(channel)
        say(.channelOpen(ChannelOpen()), on: channel)
        if random.chance(plan.confirms) {
            channel.hasConfirms = true
            ask(.confirmSelect(ConfirmSelect()), for: [ConfirmSelectOk.id], on: channel)
        }
        ask(.basicQos(qos(channel, &random)), for: [BasicQosOk.id], on: channel)
        return channel
    }

    private func qos(_ channel: ClientChannel, _ random: inout SeededGenerator) -> BasicQos {
        channel.prefetch = random.pick(plan.prefetches) ?? 0
        return BasicQos(prefetchSize: 0, prefetchCount: UInt16(channel.prefetch))
    }

    func close(_ channel: ClientChannel) {
        channel.hasAskedToClose = true
        channel.isUsable = false
        let close = ChannelClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0)
        say(.channelClose(close), on: channel, .closeChannel(channel))
    }

    /// Says goodbye, perhaps in the middle of a content.
    func closeConnection() {
        guard canAct else { return }
        ledger.count(\.farewells)
        outbox = []
        hasAskedToClose = true
        let close = ConnectionClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0)
        put(ClientFrame(bytes: ClientFrames.method(.connectionClose(close), channel: 0), event: .closeConnection))
    }
}

// MARK: - Messages

extension ClientConnection {
    private func publish(on channel: ClientChannel, _ random: inout SeededGenerator) {
        for _ in 0..<random.number(1...plan.longestRun) {
            let message = ledger.makeMessage(
                size: size(&random),
                isPersistent: random.chance(plan.persistence),
                isMandatory: random.chance(20),
                to: address(&random),
                by: channel
            )
            if channel.hasConfirms {
                channel.publishCount += 1
                channel.openPublishes[channel.publishCount] = message
            }
            server.note { "connection \(number) > \(channel.number) message \(message.number) of \(message.size)" }
            var frames = ClientFrames.publishing(message, channel: channel.number, frameMax: frameMax, &random)
                .map { ClientFrame(bytes: $0) }
            frames[frames.count - 1].event = .publish(channel, message)
            send(frames, on: channel.number)
        }
    }

    /// Mostly a byte more or less than whole frames.
    private func size(_ random: inout SeededGenerator) -> Int {
        if plan.framesPerBody == 0 || random.chance(30) { return random.number(0...200) }
        let room = min(frameMax, 8192) - 8
        let size = random.number(1...plan.framesPerBody) * room + random.number(-2...2)
        return min(size, plan.largestBody)
    }

    private func address(_ random: inout SeededGenerator) -> SimulatedMessage.Address {
        let strict = ledger.queues.filter { $0.name != NetworkPlan.looseQueue }
        switch random.number(1...10) {
        case 1: return .init(exchange: "", routingKey: "nowhere", queues: [])
        case 2...4: return .init(exchange: NetworkPlan.fanout, routingKey: "any", queues: strict)
        default:
            let queue = random.pick(ledger.queues)
            return .init(exchange: "", routingKey: queue?.name ?? "", queues: queue.map { [$0] } ?? [])
        }
    }

    func consume(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard channel.consumers.count < 3, let queue = random.pick(ledger.queues) else { return }
        let isLoose = queue.name == NetworkPlan.looseQueue && random.chance(70)
        let consumer = ClientChannel.Consumer(
            tag: "c\(server.nextSerial())",
            queue: queue,
            noAcknowledge: isLoose,
            prefetch: channel.prefetch
        )
        if isLoose { queue.isLossy = true }
        channel.consumers.append(consumer)
        ask(
            .basicConsume(BasicConsume(queue: queue.name, consumerTag: consumer.tag, noAck: isLoose)),
            for: [BasicConsumeOk.id],
            on: channel,
            consumer: consumer
        )
    }

    private func cancel(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard let consumer = random.pick(channel.activeConsumers) else { return }
        consumer.isLeaving = true
        let cancel = BasicCancel(consumerTag: consumer.tag)
        ask(.basicCancel(cancel), for: [BasicCancelOk.id], on: channel, consumer: consumer)
    }

    private func get(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard let queue = random.pick(ledger.queues) else { return }
        get(from: queue, on: channel, noAcknowledge: queue.name == NetworkPlan.looseQueue && random.chance(50))
    }

    func get(from queue: SimulatedQueue, on channel: ClientChannel, noAcknowledge: Bool) {
        if noAcknowledge { queue.isLossy = true }
        ask(
            .basicGet(BasicGet(queue: queue.name, noAck: noAcknowledge)),
            for: [BasicGetOk.id, BasicGetEmpty.id],
            on: channel,
            queue: queue,
            noAcknowledge: noAcknowledge
        )
    }

    private func recover(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard !channel.isRecovering, random.chance(plan.requeues) else { return }
        channel.isRecovering = true
        ask(
            .basicRecover(BasicRecover(requeue: true)),
            for: [BasicRecoverOk.id],
            on: channel,
            .recover(channel)
        )
    }

    /// Acknowledges, or gives back, some of what has come.
    func answer(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard !channel.isRecovering, let last = random.pick(channel.received) else { return }
        let isMultiple = random.chance(40)
        let tags = isMultiple ? channel.received.filter { $0 <= last } : [last]
        channel.received.removeAll { tags.contains($0) }
        let isRequeue = random.chance(plan.requeues)
        let settlement = isRequeue ? ClientEvent.Settlement.requeue : .discard
        let method: Method =
            if isRequeue || random.chance(5) {
                isMultiple || random.chance(50)
                    ? .basicNack(BasicNack(deliveryTag: last, multiple: isMultiple, requeue: isRequeue))
                    : .basicReject(BasicReject(deliveryTag: last, requeue: isRequeue))
            } else {
                .basicAck(BasicAck(deliveryTag: last, multiple: isMultiple))
            }
        say(method, on: channel, .settle(channel, tags: tags, settlement))
    }
}
