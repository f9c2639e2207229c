import LeveretCore
import LeveretModel
import LeveretWire

// Frames of a connection that is open.

extension ConnectionStateMachine {
    mutating func receiveOpen(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction {
        while true {
            let start = offset
            guard let frame = try decoder.nextFrame(in: bytes, at: &offset) else { return .readMore }
            guard let channel = channel(frame.channel) else {
                if let action = try receiveOffChannel(frame, into: &batch) { return action }
                continue
            }
            guard channel.state == .open else {
                if let action = try receive(frame, onClosing: channel) { return action }
                continue
            }
            guard case .method = frame.kind, try frame.methodID == .basicPublish else {
                if let action = try receive(frame, on: channel, into: &batch) { return action }
                continue
            }
            let taken = try publish(frame, on: channel, rest: bytes, at: &offset, into: &batch)
            if case .apply = taken { offset = start }
            if let taken { return taken }
        }
    }

    private mutating func channel(_ number: UInt16) -> ChannelStateMachine? {
        if let lastChannel, lastChannel.number == number { return lastChannel }
        guard number != 0, let channel = channels[number] else { return nil }
        lastChannel = channel
        return channel
    }
}

// MARK: - Contents

extension ConnectionStateMachine {
    /// basic.publish. Usually its content lies behind it and is taken in place.
    ///
    /// - Returns: `.apply` if nothing was taken because the batch still needs the channel's content storage.
    private mutating func publish(
        _ frame: FrameView,
        on channel: ChannelStateMachine,
        rest bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        let view = try BasicPublishView(payload: frame.payload)
        try channel.assembler.expectMethod(.basicPublish)
        guard !view.immediate else { return .fail(.immediateNotImplemented) }
        clientPublishes()
        if let content = decoder.wholeContent(
            channel: frame.channel,
            classID: MethodID.basicPublish.classID,
            bodyLimit: bodyLimit,
            in: bytes,
            at: &offset
        ) {
            batch.append(
                PublishingView(view, properties: content.properties, body: content.body),
                channel: channel.number
            )
            return nil
        }
        guard channel.freeAssembler(for: batch.generation) else { return .apply }
        try channel.assembler.begin(method: frame.payload)
        return nil
    }

    private func receive(
        _ outcome: ContentAssembler.Outcome,
        on channel: ChannelStateMachine,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        switch outcome {
        case .incomplete: return nil
        case .complete(let content):
            let view = try BasicPublishView(payload: content.method)
            batch.append(
                PublishingView(view, properties: content.properties, body: content.body),
                channel: channel.number
            )
            channel.keepAssembled(for: batch.generation)
            return nil
        case .tooLarge(let bodySize):
            return .failChannel(channel.number, .messageTooLarge(bodySize, limit: bodyLimit))
        }
    }
}

extension PublishingView {
    fileprivate init(
        _ view: BasicPublishView,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer
    ) {
        self.init(
            address: AddressView(view.exchangeAndRoutingKey),
            properties: properties,
            body: body,
            mandatory: view.mandatory
        )
    }
}

// MARK: - Methods

extension ConnectionStateMachine {
    /// Any frame on an open channel but basic.publish.
    private mutating func receive(
        _ frame: FrameView,
        on channel: ChannelStateMachine,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        switch frame.kind {
        case .method: return try receiveMethod(frame.payload, on: channel, into: &batch)
        case .header: return try receive(channel.assembler.receive(header: frame.payload), on: channel, into: &batch)
        case .body: return try receive(channel.assembler.receive(body: frame.payload), on: channel, into: &batch)
        case .heartbeat: return nil
        }
    }

    private mutating func receiveMethod(
        _ payload: UnsafeRawBufferPointer,
        on channel: ChannelStateMachine,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        try channel.assembler.expectMethod(try MethodID(payload: payload))
        if let settlement = try SettlementView(payload: payload) {
            batch.append(Acknowledgement(settlement), channel: channel.number)
            return nil
        }
        let method = try Method(decoding: payload)
        switch method {
        case .channelOpen: return .fail(.secondChannelOpen)
        case .channelClose:
            channel.leave()
            batch.append(.closeChannel(channel.number))
            return nil
        default: return request(ChannelRequest(method), on: channel, into: &batch)
        }
    }

    private func request(
        _ request: ChannelRequest,
        on channel: ChannelStateMachine,
        into batch: inout InboundBatch
    ) -> ReceiveAction? {
        switch request {
        case .method(let method): batch.append(.method(channel.number, method))
        case .acknowledge(let acknowledgement): batch.append(acknowledgement, channel: channel.number)
        case .answer(let method): return .send(method, channel: channel.number)
        case .nothing: break
        case .refuse(let error):
            return error.scope == .channel ? .failChannel(channel.number, error) : .fail(error)
        }
        return nil
    }

    /// A channel that is being closed takes close and close-ok; everything else was on its way and is dropped.
    private mutating func receive(
        _ frame: FrameView,
        onClosing channel: ChannelStateMachine
    ) throws(WireError) -> ReceiveAction? {
        guard case .method = frame.kind else { return nil }
        switch try frame.methodID {
        case ChannelOpen.id: return .fail(.secondChannelOpen)
        case ChannelClose.id where channel.state == .closing:
            return .send(.channelCloseOk(ChannelCloseOk()), channel: channel.number)
        case ChannelCloseOk.id where channel.state == .closing:
            forgetChannelClosedHere(channel.number)
            return nil
        default: return nil
        }
    }

    /// A frame on channel 0, or on a number that nobody has opened.
    private mutating func receiveOffChannel(
        _ frame: FrameView,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        guard frame.channel != 0 else { return try receiveOnChannelZero(frame, into: &batch) }
        guard case .method = frame.kind else { return .fail(.channelNotOpen(nil)) }
        let method = try frame.methodID
        guard method == .channelOpen else {
            guard numbersClosedHere.contains(frame.channel), try SettlementView(payload: frame.payload) != nil else {
                return .fail(.channelNotOpen(method))
            }
            return nil
        }
        _ = try ChannelOpen(decoding: frame.payload)
        startChannel(frame.channel)
        batch.append(.openChannel(frame.channel))
        return nil
    }

    private mutating func receiveOnChannelZero(
        _ frame: FrameView,
        into batch: inout InboundBatch
    ) throws(WireError) -> ReceiveAction? {
        guard case .method = frame.kind else { return nil }
        let method = try Method(decoding: frame.payload)
        switch method {
        case .connectionClose: return clientLeaves()
        case .connectionUpdateSecret:
            batch.append(.updateSecret)
            return nil
        default: return .fail(.unexpectedMethod(method.id, state: "running"))
        }
    }
}

extension Acknowledgement {
    init(_ settlement: SettlementView) {
        let kind: Kind =
            switch settlement.kind {
            case .acknowledge: .acknowledge
            case .nack: .nack
            case .reject: .reject
            }
        self.init(
            kind: kind,
            deliveryTag: settlement.deliveryTag,
            multiple: settlement.multiple,
            requeue: settlement.requeue
        )
    }
}
