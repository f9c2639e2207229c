import LeveretModel
import LeveretWire
import NIOCore

extension ClientSession {
    /// Takes what was read and gives how much of it was used; the rest is to come again with what follows.
    mutating func receive(_ buffer: ByteBuffer) -> Int {
        var source: ReceivedBytes?
        // The bytes may be referred to by deliveries, which share the buffer's memory; nobody writes to it.
        return buffer.withUnsafeReadableBytes { bytes in
            var used = 0
            if isFinished { return bytes.count }
            do throws(WireError) {
                if case .handshaking(let handshake) = phase, refuseHeader(bytes, handshake) { return bytes.count }
                while let frame = try decoder.nextFrame(in: bytes, at: &used) {
                    try receive(frame, rest: bytes, at: &used) {
                        if let source { return source }
                        let created = ReceivedBytes(buffer)
                        source = created
                        return created
                    }
                    if isFinished { break }
                }
            } catch {
                fail(AMQPError(error))
                used = bytes.count
            }
            for channel in touched { channel.handOnArrived(into: &actions) }
            touched.removeAll(keepingCapacity: true)
            return used
        }
    }

    /// A server that does not speak this version answers with a header of its own instead of a frame.
    private mutating func refuseHeader(_ bytes: UnsafeRawBufferPointer, _ handshake: ClientHandshake) -> Bool {
        guard let first = bytes.first, FrameKind(rawValue: first) == nil else { return false }
        guard let header = ProtocolHeader(bytes) else { return false }
        end(handshake.explanation(of: header))
        isFinished = true
        return true
    }

    private mutating func receive(
        _ frame: FrameView,
        rest bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        source: () -> ReceivedBytes
    ) throws(WireError) {
        guard frame.kind != .heartbeat else { return }
        guard frame.channel != 0 else { return try receive(connectionMethod: frame.payload) }
        if case .closing = phase { return }
        guard Int(frame.channel) < channels.count, let channel = channels[Int(frame.channel)] else {
            throw WireError(.channelError, "a frame for channel \(frame.channel), which is not open")
        }
        switch frame.kind {
        case .method: try receive(method: frame.payload, on: channel, rest: bytes, at: &offset, source: source)
        case .header where !channel.isClosing:
            try take(try channel.assembler.receive(header: frame.payload), on: channel)
        case .body where !channel.isClosing:
            try take(try channel.assembler.receive(body: frame.payload), on: channel)
        case .header, .body, .heartbeat: break
        }
    }
}

// MARK: - Methods of a channel

extension ClientSession {
    private mutating func receive(
        method payload: UnsafeRawBufferPointer,
        on channel: ClientChannelState,
        rest bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        source: () -> ReceivedBytes
    ) throws(WireError) {
        let id = try MethodID(payload: payload)
        if channel.isClosing {
            guard id == ChannelClose.id || id == ChannelCloseOk.id else { return }
        } else {
            try channel.assembler.expectMethod(id)
        }
        if id == BasicDeliver.id {
            let content = decoder.wholeContent(
                channel: channel.number,
                classID: id.classID,
                bodyLimit: channel.assembler.bodyLimit,
                in: bytes,
                at: &offset
            )
            guard let content else { return try channel.assembler.begin(method: payload) }
            let owner = source()
            deliver(
                try BasicDeliverView(payload: payload),
                properties: DeliveredBody(owner: owner, bytes: content.properties),
                body: DeliveredBody(owner: owner, bytes: content.body),
                on: channel
            )
        } else if id.hasContent {
            try channel.assembler.begin(method: payload)
        } else if let settlement = try SettlementView(payload: payload) {
            channel.confirm(settlement, into: &actions)
            letPublishersProceed()
        } else {
            try receive(try Method(decoding: payload), on: channel)
        }
    }

    private mutating func receive(_ method: Method, on channel: ClientChannelState) throws(WireError) {
        switch method {
        case .channelClose(let close): closedByBroker(channel, AMQPError(close))
        case .channelCloseOk: try closed(channel)
        case .channelFlow(let flow):
            channel.isPaused = !flow.active
            write(ChannelFlowOk(active: flow.active), channel.number)
            letPublishersProceed()
        case .basicCancel(let cancel):
            channel.endConsumer(tag: cancel.consumerTag, into: &actions)
            actions.append(.notice(.consumerCancelled(tag: cancel.consumerTag)))
            if !cancel.noWait { write(BasicCancelOk(consumerTag: cancel.consumerTag), channel.number) }
        case .basicConsumeOk(let consumer): try answer(method, consumer.consumerTag, on: channel)
        case .basicCancelOk(let consumer):
            channel.endConsumer(tag: consumer.consumerTag, into: &actions)
            try answer(method, consumer.consumerTag, on: channel)
        case .basicGetEmpty:
            guard let answer = channel.takeExpectation(of: BasicGetOk.id) else { throw Self.unexpected(method.id) }
            actions.append(.answer(answer.answer, .success(.delivery(nil))))
        default:
            guard let answer = channel.takeExpectation(of: method.id)?.answer else { throw Self.unexpected(method.id) }
            if case .channelOpenOk = method { channel.phase = .open }
            actions.append(.answer(answer, .success(.method(method))))
        }
    }

    private mutating func answer(_ method: Method, _ tag: String, on channel: ClientChannelState) throws(WireError) {
        guard let answer = channel.takeExpectation(of: method.id, tag: tag) else { throw Self.unexpected(method.id) }
        actions.append(.answer(answer, .success(.method(method))))
    }

    private mutating func closedByBroker(_ channel: ClientChannelState, _ error: AMQPError) {
        write(ChannelCloseOk(), channel.number)
        // Both sides may close at once; then close-ok is still to come.
        if channel.isClosing { return }
        channel.fail(error, into: &actions)
        channel.phase = .closed(error)
        release(channel)
    }

    private mutating func closed(_ channel: ClientChannelState) throws(WireError) {
        guard case .closing(let error) = channel.phase,
            let answer = channel.takeExpectation(of: ChannelCloseOk.id)?.answer
        else { throw Self.unexpected(ChannelCloseOk.id) }
        channel.phase = .closed(error)
        release(channel)
        actions.append(.answer(answer, .success(.method(.channelCloseOk(ChannelCloseOk())))))
    }

    static func unexpected(_ method: MethodID) -> WireError {
        WireError(.commandInvalid, "\(method.name) answers nothing that was asked", method: method)
    }
}

// MARK: - Contents

extension ClientSession {
    private mutating func take(
        _ outcome: ContentAssembler.Outcome,
        on channel: ClientChannelState
    ) throws(WireError) {
        guard case .complete(let content) = outcome else { return }
        switch try MethodID(payload: content.method) {
        case BasicDeliver.id:
            deliver(
                try BasicDeliverView(payload: content.method),
                properties: DeliveredBody(copying: content.properties),
                body: DeliveredBody(copying: content.body),
                on: channel
            )
        case BasicGetOk.id: try handGet(try BasicGetOk(decoding: content.method), content, on: channel)
        case BasicReturn.id:
            channel.noteReturned(try BasicReturn(decoding: content.method), body: content.body, into: &actions)
        case let other: throw Self.unexpected(other)
        }
    }

    private mutating func deliver(
        _ method: BasicDeliverView,
        properties: DeliveredBody,
        body: DeliveredBody,
        on channel: ClientChannelState
    ) {
        guard let settlement = channel.settlement, let index = channel.consumerIndex(tag: method.consumerTag) else {
            return
        }
        guard !channel.consumers[index].isLeaving else {
            if !channel.consumers[index].noAcknowledge { giveBack(method.deliveryTag, on: channel) }
            return
        }
        if touched.last !== channel { touched.append(channel) }
        channel.consumers[index].arrivedBytes += body.count + properties.count
        channel.consumers[index].arrived.append(
            Delivery(
                deliveryTag: method.deliveryTag,
                isRedelivered: method.redelivered,
                exchange: ExchangeName(channel.exchangeNames.string(method.exchange)),
                routingKey: channel.routingKeys.string(method.routingKey),
                encodedProperties: properties,
                body: body,
                settlement: settlement
            )
        )
    }

    private mutating func handGet(
        _ method: BasicGetOk,
        _ content: ContentAssembler.Content,
        on channel: ClientChannelState
    ) throws(WireError) {
        guard let settlement = channel.settlement, let expectation = channel.takeExpectation(of: BasicGetOk.id) else {
            throw Self.unexpected(BasicGetOk.id)
        }
        let delivery = Delivery(
            deliveryTag: method.deliveryTag,
            isRedelivered: method.redelivered,
            exchange: ExchangeName(method.exchange),
            routingKey: method.routingKey,
            encodedProperties: DeliveredBody(copying: content.properties),
            body: DeliveredBody(copying: content.body),
            remainingCount: method.messageCount,
            settlement: settlement
        )
        actions.append(.hand(delivery, to: expectation, on: channel))
    }
}
