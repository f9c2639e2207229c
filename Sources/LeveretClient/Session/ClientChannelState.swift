import LeveretModel
import LeveretWire

/// What the client knows of one of its channels. It is part of the session: touched only under the session's lock.
final class ClientChannelState: @unchecked Sendable {
    // Unchecked: `SharedSession` gives access to it only while it holds its lock.

    enum Phase {
        case opening
        case open
        /// channel.close was sent; everything but the answer is void.
        case closing(any Error)
        case closed(any Error)
    }

    /// Who waits for the answer to a method. Methods of a channel are answered in order.
    struct Expectation {
        var method: MethodID
        var answer: PendingResult<Answer>
        /// For a get: a message that comes counts as acknowledged.
        var noAcknowledge = false
    }

    /// Who waits for basic.consume-ok or basic.cancel-ok. A queue of RabbitMQ sends these by a way of its own, so that
    /// they can be overtaken by answers to later methods; they are told apart by the tag.
    struct ConsumerExpectation {
        var method: MethodID
        var tag: String
        var answer: PendingResult<Answer>
    }

    struct Consumer {
        let tag: [UInt8]
        let deliveries: ConsumerDeliveries
        let noAcknowledge: Bool
        /// What was read since deliveries were last handed on.
        var arrived: [Delivery] = []
        var arrivedBytes = 0
        /// basic.cancel was sent: what still comes goes back.
        var isLeaving = false
    }

    let number: UInt16
    var phase = Phase.opening
    var expectations = FirstInFirstOut<Expectation>()
    var consumers: [Consumer] = []
    var consumerExpectations: [ConsumerExpectation] = []
    var assembler = ContentAssembler()
    var exchangeNames = NameCache()
    var routingKeys = NameCache()
    var confirms = ConfirmTracker()
    var mandatory = MandatoryPublishings()
    var mode = PublishMode()
    /// The broker asked with channel.flow to send no content.
    var isPaused = false
    /// Publishers that may not publish now.
    var waitingPublishers: [PendingResult<Void>] = []
    /// Where deliveries of this channel are answered; it refers to this state, so it is given up at the end.
    var settlement: (any DeliverySettlement)?
    private var lastConsumerNumber = 0

    init(number: UInt16) { self.number = number }

    /// Throws why the channel is not open.
    func checkOpen() throws {
        switch phase {
        case .opening, .open: return
        case .closing(let error), .closed(let error): throw error
        }
    }

    var isClosing: Bool { if case .closing = phase { true } else { false } }

    /// A tag that no consumer of the channel has had.
    func newConsumerTag() -> String {
        lastConsumerNumber += 1
        return "ctag-\(number).\(lastConsumerNumber)"
    }
}

// MARK: - Answers

extension ClientChannelState {
    /// Who gets the answer to a method; `nil` if it is not the answer that is due.
    func takeExpectation(of method: MethodID) -> Expectation? {
        guard expectations.first?.method == method else { return nil }
        return expectations.removeFirst()
    }

    /// Who gets the answer to basic.consume or basic.cancel; `nil` if none is due.
    func takeExpectation(of method: MethodID, tag: String) -> PendingResult<Answer>? {
        let index = consumerExpectations.firstIndex { $0.method == method && $0.tag == tag }
        guard let index else { return nil }
        return consumerExpectations.remove(at: index).answer
    }

    /// Takes what the broker answered to publishings.
    func confirm(_ view: SettlementView, into actions: inout [ClientAction]) {
        let answers = confirms.answer(
            view.deliveryTag,
            multiple: view.multiple,
            refused: view.kind != .acknowledge
        )
        for answer in answers { actions.append(.confirm(answer)) }
        mandatory.forget(before: confirms.nextSequence - UInt64(confirms.count))
    }

    /// A mandatory message came back: its confirm, which is still to come, will be a failure.
    func noteReturned(_ method: BasicReturn, body: UnsafeRawBufferPointer, into actions: inout [ClientAction]) {
        let code = ReplyCode(rawValue: method.replyCode)
        guard !mode.isInTransaction else {
            mode.noteReturned(.unroutable(code: code, text: method.replyText))
            return
        }
        var (exchange, routingKey) = (method.exchange, method.routingKey)
        let sequence = exchange.withUTF8 { exchange in
            routingKey.withUTF8 { routingKey in
                mandatory.takeReturned(
                    exchange: UnsafeRawBufferPointer(exchange),
                    routingKey: UnsafeRawBufferPointer(routingKey),
                    body: body,
                    isUnanswered: { confirms.isUnanswered($0) }
                )
            }
        }
        guard let sequence else {
            actions.append(.notice(.strayReturn(text: method.replyText)))
            return
        }
        confirms.noteReturned(sequence, .unroutable(code: code, text: method.replyText))
    }

    func letPublishersProceed(into actions: inout [ClientAction]) {
        for publisher in waitingPublishers { actions.append(.proceed(publisher, .success(()))) }
        waitingPublishers = []
    }
}

// MARK: - Deliveries

extension ClientChannelState {
    /// The consumer with this tag; the same as last time is found first.
    func consumerIndex(tag: UnsafeRawBufferPointer) -> Int? {
        consumers.firstIndex { $0.tag.count == tag.count && $0.tag.elementsEqual(tag) }
    }

    /// Hands on what has arrived.
    func handOnArrived(into actions: inout [ClientAction]) {
        for index in consumers.indices where !consumers[index].arrived.isEmpty {
            actions.append(
                .deliver(consumers[index].deliveries, consumers[index].arrived, bytes: consumers[index].arrivedBytes)
            )
            consumers[index].arrived = []
            consumers[index].arrivedBytes = 0
        }
    }

    /// The broker has ended a consumer.
    func endConsumer(tag: String, into actions: inout [ClientAction]) {
        let tag = Array(tag.utf8)
        guard let index = consumers.firstIndex(where: { $0.tag == tag }) else { return }
        handOnArrived(into: &actions)
        actions.append(.end(consumers.remove(at: index).deliveries, nil))
    }

    /// Ends everything that waits, with the reason.
    func fail(_ error: any Error, into actions: inout [ClientAction]) {
        handOnArrived(into: &actions)
        for consumer in consumers { actions.append(.end(consumer.deliveries, error)) }
        consumers = []
        while let expectation = expectations.removeFirst() {
            actions.append(.answer(expectation.answer, .failure(error)))
        }
        for expectation in consumerExpectations { actions.append(.answer(expectation.answer, .failure(error))) }
        consumerExpectations = []
        for answer in confirms.failAll(error) { actions.append(.confirm(answer)) }
        mandatory = MandatoryPublishings()
        for publisher in waitingPublishers { actions.append(.proceed(publisher, .failure(error))) }
        waitingPublishers = []
        settlement = nil
    }
}
