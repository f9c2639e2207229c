import LeveretModel
import LeveretWire
import NIOCore

/// The client's side of a connection: bytes and calls go in; bytes to be sent and actions come out. It does no I/O,
/// knows no clock and waits for nothing.
///
/// A call that the broker answers takes a `PendingResult`, which an action settles later.
struct ClientSession {
    enum Phase {
        case handshaking(ClientHandshake)
        case open
        /// connection.close was sent; everything but the answer is void.
        case closing(ConnectionError)
        case closed(ConnectionError)
    }

    let configuration: ConnectionConfiguration
    var phase: Phase
    var limits: FrameLimits
    var decoder = FrameDecoder.beforeTuning
    /// Bytes to be sent.
    var output = ByteBuffer()
    /// What is to be done once the lock is given up.
    var actions: [ClientAction] = []
    /// By channel number; 0 is the connection itself.
    var channels: [ClientChannelState?] = [nil]
    var freeNumbers: [UInt16] = []
    var openChannelCount = 0
    /// The broker asked publishers to wait (connection.blocked).
    var isBlocked = false
    /// Whether the socket takes more.
    var isWritable = true
    /// Whether a channel may have publishers that wait.
    var hasWaitingPublishers = false
    /// The broker presented itself; heartbeats are due from now on.
    var isTuned = false
    /// The socket is to be closed once everything is sent.
    var isFinished = false
    var serverProperties = FieldTable()
    /// Settled when the connection is open, or will not be.
    let opened: PendingResult<Void>
    /// Channels that got deliveries from what was read last.
    var touched: [ClientChannelState] = []
    /// Reused for names and properties of publishings.
    var scratch: [UInt8] = []

    /// More bytes than this are not gathered before publishers wait for the socket.
    static let outputLimit = 1 << 20
    /// The most that is reserved for output before there is any.
    static let outputReservation = 1 << 16

    init(_ configuration: ConnectionConfiguration, opened: PendingResult<Void>) {
        self.configuration = configuration
        self.opened = opened
        let handshake = ClientHandshake(configuration)
        limits = handshake.wantedLimits
        phase = .handshaking(handshake)
        scratch.reserveCapacity(512)
    }

    /// The socket is connected.
    mutating func start() { output.writeBytes(ProtocolHeader.supported) }

    var isHandshaking: Bool { if case .handshaking = phase { true } else { false } }

    var isClosing: Bool { if case .closing = phase { true } else { false } }

    /// Why the connection is not open, if it is not.
    var endError: ConnectionError? {
        switch phase {
        case .handshaking, .open: nil
        case .closing(let error), .closed(let error): error
        }
    }
}

// MARK: - Channels

extension ClientSession {
    /// Opens a channel; `answer` is settled when the broker agrees.
    mutating func openChannel(_ answer: PendingResult<Answer>) throws(ConnectionError) -> ClientChannelState {
        if let endError { throw endError }
        let channel = ClientChannelState(number: try takeNumber())
        channels[Int(channel.number)] = channel
        openChannelCount += 1
        channel.expectations.append(.init(method: ChannelOpenOk.id, answer: answer))
        write(ChannelOpen(), channel.number)
        return channel
    }

    private mutating func takeNumber() throws(ConnectionError) -> UInt16 {
        if let number = freeNumbers.popLast() { return number }
        guard let number = UInt16(exactly: channels.count), limits.allows(channel: number) else {
            throw ConnectionError(
                .channelLimit,
                "the broker at \(configuration.address) allows \(limits.channelMax) channels on a connection, "
                    + "and all are open; close some, or open another connection"
            )
        }
        channels.append(nil)
        return number
    }

    /// The number may be used again.
    mutating func release(_ channel: ClientChannelState) {
        channels[Int(channel.number)] = nil
        freeNumbers.append(channel.number)
        openChannelCount -= 1
    }

    /// Closes a channel; `answer` is settled when the broker agrees.
    mutating func close(_ channel: ClientChannelState, _ answer: PendingResult<Answer>) throws {
        try channel.checkOpen()
        let error = ChannelClosedError(reason: "it was closed by the program")
        channel.fail(error, into: &actions)
        channel.phase = .closing(error)
        channel.expectations.append(.init(method: ChannelCloseOk.id, answer: answer))
        write(ChannelClose(replyCode: 200, replyText: "", classID: 0, methodID: 0), channel.number)
    }
}

// MARK: - Methods

extension ClientSession {
    /// Sends a method that is answered by another.
    mutating func call(
        _ method: Method,
        on channel: ClientChannelState,
        answeredBy expected: MethodID,
        _ answer: PendingResult<Answer>,
        noAcknowledge: Bool = false
    ) throws {
        try channel.checkOpen()
        try encode(method, channel.number)
        channel.expectations.append(.init(method: expected, answer: answer, noAcknowledge: noAcknowledge))
    }

    /// Sets the prefetch window and registers a consumer; `answer` is settled when the broker agrees.
    ///
    /// - Returns: the consumer's tag.
    mutating func consume(
        _ queue: QueueName,
        _ options: ConsumeOptions,
        on channel: ClientChannelState,
        _ deliveries: ConsumerDeliveries,
        _ answer: PendingResult<Answer>
    ) throws -> String {
        try channel.checkOpen()
        let tag = options.tag.isEmpty ? channel.newConsumerTag() : options.tag
        let method = BasicConsume(
            queue: queue.rawValue,
            consumerTag: tag,
            noAck: options.noAcknowledge,
            exclusive: options.exclusive,
            arguments: options.arguments
        )
        // The limit is for consumers that come after it, so both go together; what cannot be encoded goes not at all.
        var frames = ByteBuffer()
        do throws(WireError) {
            let limit = BasicQos(prefetchSize: 0, prefetchCount: options.prefetch)
            try limit.encode(channel: channel.number, into: &frames)
            try method.encode(channel: channel.number, into: &frames)
        } catch {
            throw Self.refusal(error)
        }
        output.writeImmutableBuffer(frames)
        channel.expectations.append(.init(method: BasicQosOk.id, answer: PendingResult()))
        channel.consumerExpectations.append(.init(method: BasicConsumeOk.id, tag: tag, answer: answer))
        channel.consumers.append(
            .init(tag: Array(tag.utf8), deliveries: deliveries, noAcknowledge: options.noAcknowledge)
        )
        return tag
    }

    /// Ends a consumer. Messages that it has not taken go back to the queue.
    mutating func cancel(
        _ tag: String,
        untaken: [Delivery],
        noAcknowledge: Bool,
        on channel: ClientChannelState,
        _ answer: PendingResult<Answer>
    ) throws {
        try channel.checkOpen()
        let tagBytes = Array(tag.utf8)
        if let index = channel.consumers.firstIndex(where: { $0.tag == tagBytes }) {
            channel.consumers[index].isLeaving = true
            write(BasicCancel(consumerTag: tag), channel.number)
            channel.consumerExpectations.append(.init(method: BasicCancelOk.id, tag: tag, answer: answer))
        } else {
            // The broker has ended it already.
            actions.append(.answer(answer, .success(.delivery(nil))))
        }
        // After the cancel, or else the broker would deliver them to this consumer again.
        if !noAcknowledge { giveBack(untaken, on: channel) }
    }

    private mutating func giveBack(_ deliveries: [Delivery], on channel: ClientChannelState) {
        for delivery in deliveries { giveBack(delivery.deliveryTag, on: channel) }
    }

    /// Puts a message that nobody takes back into its queue.
    mutating func giveBack(_ deliveryTag: UInt64, on channel: ClientChannelState) {
        FrameEncoder.writeNack(
            channel: channel.number,
            deliveryTag: deliveryTag,
            multiple: false,
            requeue: true,
            into: &output
        )
    }

    /// Answers deliveries.
    mutating func settle(_ settlement: Settlement, on channel: ClientChannelState) throws {
        try channel.checkOpen()
        try channel.mode.checkSettling()
        let (number, tag) = (channel.number, settlement.deliveryTag)
        switch settlement.kind {
        case .acknowledge:
            FrameEncoder.writeAck(channel: number, deliveryTag: tag, multiple: settlement.multiple, into: &output)
        case .nack:
            FrameEncoder.writeNack(
                channel: number,
                deliveryTag: tag,
                multiple: settlement.multiple,
                requeue: settlement.requeue,
                into: &output
            )
        case .reject:
            FrameEncoder.writeReject(channel: number, deliveryTag: tag, requeue: settlement.requeue, into: &output)
        }
    }
}

// MARK: - Writing

extension ClientSession {
    /// Writes a method whose fields always fit.
    mutating func write(_ method: some MethodFields, _ channel: UInt16) {
        do throws(WireError) {
            try method.encode(channel: channel, into: &output)
        } catch {
            assertionFailure("\(error)")
        }
    }

    /// Writes a method with values of the program's, which may be too long.
    mutating func encode(_ method: Method, _ channel: UInt16) throws(AMQPError) {
        do throws(WireError) {
            try method.encode(channel: channel, into: &output)
        } catch {
            throw Self.refusal(error)
        }
    }

    /// What cannot be encoded is refused here with the code that a broker would have for it.
    static func refusal(_ error: WireError) -> AMQPError {
        AMQPError(.preconditionFailed, error.explanation, method: error.method)
    }
}
