import LeveretSimulation
import LeveretWire
import NIOCore

// What the server writes, judged as soon as it is written.

extension ClientConnection {
    func judge(_ buffer: ByteBuffer) {
        guard !isGone else { return }
        buffer.withUnsafeReadableBytes { server.note($0, of: number) }
        unparsed += buffer.readableBytesView
        var rest = unparsed[...]
        do {
            while let frame = try ServerFrame(at: rest) {
                rest = rest.dropFirst(frame.count)
                writtenCount += frame.count
                judge(frame)
            }
        } catch {
            ledger.accuse("\(self): what the server writes is no frame")
        }
        unparsed = Array(rest)
    }

    private func judge(_ frame: ServerFrame) {
        guard phase != .closed else {
            return ledger.accuse("\(self): a frame of \(Array(frame.payload.prefix(4))) after connection.close-ok")
        }
        guard frame.count <= max(frameMax, phase == .open ? 0 : 8192) else {
            return ledger.accuse("\(self): a frame of \(frame.count) bytes")
        }
        switch frame.kind {
        case 1: judgeMethod(frame)
        case 2, 3: judgeContent(frame)
        case 8 where frame.channel == 0 && frame.payload.isEmpty: ledger.count(\.heartbeats)
        default: ledger.accuse("\(self): a frame of type \(frame.kind) on channel \(frame.channel)")
        }
    }

    private func judgeMethod(_ frame: ServerFrame) {
        let decoded = Array(frame.payload).withUnsafeBytes { payload in Result { try Method(decoding: payload) } }
        guard case .success(let method) = decoded else {
            return ledger.accuse("\(self): a method that cannot be read")
        }
        server.note { "connection \(number) < \(frame.channel) \(method.id.name)" }
        guard frame.channel != 0 else { return judgeOnChannelZero(method) }
        guard phase == .open, let channel = channels.first(where: { $0.number == frame.channel }) else {
            return ledger.accuse("\(self): \(method.id.name) on channel \(frame.channel)")
        }
        guard channel.content == nil else {
            return ledger.accuse("\(channel): \(method.id.name) within a content")
        }
        if method.hasContent {
            channel.content = PartialContent(method: method)
        } else {
            arriving.append((writtenCount, frame.channel, method))
        }
        judge(method, on: channel)
    }

    private func judgeOnChannelZero(_ method: Method) {
        arriving.append((writtenCount, 0, method))
        switch (phase, method) {
        case (.starting, .connectionStart): phase = .tuning
        case (.tuning, .connectionTune): phase = .opening
        case (.opening, .connectionOpenOk): phase = .open
        case (.open, .connectionBlocked) where !isBlocked:
            isBlocked = true
            ledger.count(\.blocks)
        case (.open, .connectionUnblocked) where isBlocked: isBlocked = false
        case (_, .connectionCloseOk) where hasAskedToClose: phase = .closed
        case (.closing, _): ledger.accuse("\(self): \(method.id.name) after connection.close")
        case (_, .connectionClose(let close)): serverSaysGoodbye(close)
        default: ledger.accuse("\(self): \(method.id.name) in phase \(phase)")
        }
    }

    private func serverSaysGoodbye(_ close: ConnectionClose) {
        ledger.count(\.connectionExceptions)
        if !isDoubtful, !isEndedAtServer {
            ledger.accuse("\(self) is closed for no reason: \(close.replyCode) \(close.replyText)")
        }
        phase = .closing
        for channel in channels { ledger.release(channel) }
    }
}

// MARK: - Contents

extension ClientConnection {
    private func judgeContent(_ frame: ServerFrame) {
        guard let channel = channels.first(where: { $0.number == frame.channel }), var content = channel.content else {
            return ledger.accuse("\(self): a content frame without its method on channel \(frame.channel)")
        }
        if frame.kind == 2 {
            guard content.size == nil, frame.payload.count >= 14, frame.payload.starts(with: [0, 60]) else {
                return ledger.accuse("\(channel): a wrong content header")
            }
            content.size = frame.payload.dropFirst(4).prefix(8).reduce(0) { $0 << 8 | Int($1) }
            content.properties = Array(frame.payload.dropFirst(12))
        } else {
            guard let size = content.size, !frame.payload.isEmpty, content.body.count + frame.payload.count <= size
            else {
                return ledger.accuse("\(channel): a body frame of \(frame.payload.count) bytes too many")
            }
            content.body += frame.payload
            if content.body.count < size { ledger.count(\.splitBodies) }
        }
        channel.content = content
        guard content.body.count == content.size else { return }
        channel.content = nil
        arriving.append((writtenCount, frame.channel, content.method))
        judge(content, on: channel)
    }

    private func judge(_ content: PartialContent, on channel: ClientChannel) {
        switch content.method {
        case .basicDeliver(let deliver): judge(deliver, content, on: channel)
        case .basicGetOk(let getOk): judge(getOk, content, on: channel)
        case .basicReturn(let returned):
            let message = ledger.identify(
                .init(content, exchange: returned.exchange, routingKey: returned.routingKey),
                on: channel
            )
            if let message { ledger.takeReturn(message, on: channel) }
        default: ledger.accuse("\(channel): \(content.method.id.name) with a content")
        }
    }

    private func judge(_ deliver: BasicDeliver, _ content: PartialContent, on channel: ClientChannel) {
        checkTag(deliver.deliveryTag, on: channel)
        guard let consumer = channel.consumers.first(where: { $0.tag == deliver.consumerTag }), consumer.isActive else {
            return ledger.accuse("\(channel): a delivery to \(deliver.consumerTag), which is no consumer")
        }
        if consumer.noAcknowledge { channel.tagsWithoutAnswer.insert(deliver.deliveryTag) }
        let message = ledger.identify(
            .init(content, exchange: deliver.exchange, routingKey: deliver.routingKey),
            on: channel
        )
        guard let message else { return }
        let copy = ledger.deliver(
            message,
            from: consumer.queue,
            on: channel,
            redelivered: deliver.redelivered,
            noAcknowledge: consumer.noAcknowledge
        )
        guard let copy else { return }
        channel.deliveries[deliver.deliveryTag] = .init(copy: copy, consumer: consumer)
        if consumer.prefetch > 0, channel.unanswered(of: consumer) > consumer.prefetch {
            ledger.accuse("\(channel): more than the prefetch of \(consumer.prefetch) for \(consumer.tag)")
        }
    }

    private func judge(_ getOk: BasicGetOk, _ content: PartialContent, on channel: ClientChannel) {
        checkTag(getOk.deliveryTag, on: channel)
        guard let question = channel.answered, let queue = question.queue else { return }
        if question.noAcknowledge { channel.tagsWithoutAnswer.insert(getOk.deliveryTag) }
        let message = ledger.identify(
            .init(content, exchange: getOk.exchange, routingKey: getOk.routingKey),
            on: channel
        )
        guard let message else { return }
        ledger.count(\.gets)
        let copy = ledger.deliver(
            message,
            from: queue,
            on: channel,
            redelivered: getOk.redelivered,
            noAcknowledge: question.noAcknowledge
        )
        if let copy { channel.deliveries[getOk.deliveryTag] = .init(copy: copy) }
    }

    private func checkTag(_ tag: UInt64, on channel: ClientChannel) {
        if tag != channel.lastTag + 1 {
            ledger.accuse("\(channel): delivery tag \(tag) after \(channel.lastTag)")
        }
        channel.lastTag = tag
    }
}

extension Ledger.Content {
    fileprivate init(_ content: PartialContent, exchange: String, routingKey: String) {
        self.init(
            exchange: exchange,
            routingKey: routingKey,
            properties: content.properties,
            body: content.body
        )
    }
}
