import LeveretCore
import LeveretModel
import Synchronization

/// The answer to a method.
enum InProcessAnswer: Sendable {
    case opened
    case reply(Reply)
    case consuming(InProcessConsumer)
    case delivery(Delivery, outboundCost: Int)
}

/// Where the effects for an in-process channel arrive, and where the channel's tasks wait for them.
final class InProcessInbox: SessionSink {
    typealias AnswerContinuation = CheckedContinuation<InProcessAnswer, any Error>

    private struct State {
        var id: ChannelID?
        var settlement: (any DeliverySettlement)?
        var error: (any Error)?
        /// Methods are answered in order.
        var expected: [AnswerContinuation] = []
        var consumers: [ConsumerID: InProcessConsumer] = [:]
        var confirms = ConfirmTracker()
        var mode = PublishMode()
        var isBlocked = false
        /// What is published faster than the disk takes it waits.
        var isJournalBehind = false
        var mustWait: Bool { (isBlocked || isJournalBehind) && error == nil }
        var waitingForUnblock: [CheckedContinuation<Void, any Error>] = []
        /// What is to be done once the core is unlocked.
        var notifications: [Notification] = []
    }

    private enum Notification {
        case answer(AnswerContinuation, Result<InProcessAnswer, any Error>)
        case confirm(PublishConfirmation, Result<Void, any Error>)
        case proceed(CheckedContinuation<Void, any Error>, Result<Void, any Error>)
        case wake(InProcessConsumer)
        case end(InProcessConsumer, (any Error)?)
    }

    private let driver: CoreDriver
    private let state = Mutex(State())

    init(driver: CoreDriver) { self.driver = driver }

    func attach(_ id: ChannelID, settlement: any DeliverySettlement) {
        state.withLock {
            $0.id = id
            $0.settlement = settlement
        }
    }

    // MARK: The channel's side

    /// Lets `send` send a method that is to be answered, and waits for the answer.
    @discardableResult
    func awaitAnswer(_ send: (AnswerContinuation) -> Void) async throws -> InProcessAnswer {
        try await withCheckedThrowingContinuation { send($0) }
    }

    /// Notes who is answered next. `false`, with the error as answer, if the channel is closed.
    @discardableResult
    func expect(_ answer: AnswerContinuation) -> Bool {
        let error = state.withLock { state -> (any Error)? in
            if state.error == nil { state.expected.append(answer) }
            return state.error
        }
        guard let error else { return true }
        answer.resume(throwing: error)
        return false
    }

    func checkOpen() throws {
        if let error = state.withLock({ $0.error }) { throw error }
    }

    /// Notes what the channel publishes with, and hands out what will tell about the message. `select` is called
    /// if confirms are to be selected first.
    func addPublishing(_ select: () -> Void) -> Result<PublishConfirmation, any Error> {
        let (isFirst, result) = state.withLock { state -> (Bool, Result<PublishConfirmation, any Error>) in
            if let error = state.error { return (false, .failure(error)) }
            do {
                let isFirst = try state.mode.beginConfirming()
                return (isFirst, .success(state.mode.isInTransaction ? .taken : state.confirms.add()))
            } catch {
                return (false, .failure(error))
            }
        }
        if isFirst { select() }
        return result
    }

    /// `true` if transactions are to be selected first.
    func beginTransaction() throws -> Bool {
        try state.withLock { state in
            if let error = state.error { throw error }
            return try state.mode.beginTransaction()
        }
    }

    func endTransaction() -> PublishError? { state.withLock { $0.mode.endTransaction() } }

    func checkSettling() throws {
        try state.withLock { state in
            if let error = state.error { throw error }
            try state.mode.checkSettling()
        }
    }

    func waitUntilUnblocked() async throws {
        guard state.withLock({ $0.mustWait }) else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let mayProceed = state.withLock { state -> Bool in
                guard state.mustWait else { return true }
                state.waitingForUnblock.append(continuation)
                return false
            }
            if mayProceed { continuation.resume() }
        }
    }

    func forget(_ consumer: InProcessConsumer) {
        state.withLock { $0.consumers[consumer.id] = nil }
    }

    /// Forgets what consumers were sent and nobody has taken, and gives its bytes.
    func discardUntaken() -> Int {
        state.withLock { state in
            state.consumers.values.reduce(0) { $0 + $1.deliveries.discardUntaken() }
        }
    }

    /// Ends everything that waits.
    func close(with error: any Error) {
        state.withLock { InProcessInbox.close(&$0, error) }
        wake()
    }

    func waitForJournal() { state.withLock { $0.isJournalBehind = true } }

    // MARK: The core's side

    func receive(_ effects: UnsafeBufferPointer<Effect>) {
        state.withLock { state in
            for effect in effects { receive(effect, &state) }
        }
    }

    func wake() {
        let notifications = state.withLock { state in
            defer { state.notifications = [] }
            return state.notifications
        }
        for notification in notifications {
            switch notification {
            case .answer(let continuation, let result): continuation.resume(with: result)
            case .confirm(let confirmation, let result): confirmation.settle(result)
            case .proceed(let continuation, let result): continuation.resume(with: result)
            case .wake(let consumer): consumer.deliveries.wake()
            case .end(let consumer, let error): consumer.deliveries.end(error)
            }
        }
    }

    func journalCaughtUp() {
        state.withLock { state in
            state.isJournalBehind = false
            InProcessInbox.admitPublishers(&state)
        }
        wake()
    }

    private func receive(_ effect: Effect, _ state: inout State) {
        switch effect {
        case .channelOpened: InProcessInbox.answer(.opened, &state)
        case .reply(_, let reply): receive(reply, &state)
        case .deliver(_, let delivery): receive(delivery, &state)
        case .getOk(_, let delivery, let remaining):
            guard let settlement = state.settlement else { return }
            let answer = Delivery(delivery, remainingCount: remaining, settlement: settlement)
            InProcessInbox.answer(.delivery(answer, outboundCost: delivery.outboundCost), &state)
        case .returned(_, let code, _, let sequence):
            let error = PublishError.unroutable(code: code, text: code.name)
            if state.mode.isInTransaction {
                state.mode.noteReturned(error)
            } else {
                state.confirms.noteReturned(sequence, error)
            }
        case .confirm(_, let sequence, let multiple):
            InProcessInbox.confirm(sequence, multiple: multiple, refused: false, &state)
        case .refuse(_, let sequence, let multiple):
            InProcessInbox.confirm(sequence, multiple: multiple, refused: true, &state)
        case .consumerCancelled(_, let consumer, _):
            if let consumer = state.consumers.removeValue(forKey: consumer) {
                state.notifications.append(.end(consumer, nil))
            }
        case .channelException(_, let error), .connectionException(_, let error):
            InProcessInbox.close(&state, error)
        case .block: state.isBlocked = true
        case .unblock:
            state.isBlocked = false
            InProcessInbox.admitPublishers(&state)
        case .sessionOpened, .sessionClosed, .secretUpdated, .channelClosed, .loadSegment, .wake: break
        }
    }

    private func receive(_ reply: Reply, _ state: inout State) {
        switch reply {
        case .consumeStarted(let id, let tag, _):
            guard let session = state.id?.session else { return }
            let consumer = InProcessConsumer(id: id, tag: tag, session: session, driver: driver)
            state.consumers[id] = consumer
            InProcessInbox.answer(.consuming(consumer), &state)
        default:
            InProcessInbox.answer(.reply(reply), &state)
        }
    }

    private func receive(_ delivery: DeliveryEffect, _ state: inout State) {
        guard let consumer = state.consumers[delivery.consumer], let settlement = state.settlement else { return }
        let taken = Delivery(delivery, remainingCount: nil, settlement: settlement)
        consumer.deliveries.append(CollectionOfOne(taken), bytes: delivery.outboundCost)
        if case .wake(let last)? = state.notifications.last, last === consumer { return }
        state.notifications.append(.wake(consumer))
    }

    private static func answer(_ answer: InProcessAnswer, _ state: inout State) {
        guard !state.expected.isEmpty else { return }
        state.notifications.append(.answer(state.expected.removeFirst(), .success(answer)))
    }

    private static func confirm(_ sequence: UInt64, multiple: Bool, refused: Bool, _ state: inout State) {
        for (confirmation, result) in state.confirms.answer(sequence, multiple: multiple, refused: refused) {
            state.notifications.append(.confirm(confirmation, result))
        }
    }

    /// Lets publishers go on if nothing holds them up any more.
    private static func admitPublishers(_ state: inout State) {
        guard !state.mustWait else { return }
        for continuation in state.waitingForUnblock {
            state.notifications.append(.proceed(continuation, .success(())))
        }
        state.waitingForUnblock = []
    }

    private static func close(_ state: inout State, _ error: any Error) {
        guard state.error == nil else { return }
        state.error = error
        for continuation in state.expected { state.notifications.append(.answer(continuation, .failure(error))) }
        for confirmation in state.confirms.takeAll() {
            state.notifications.append(.confirm(confirmation, .failure(error)))
        }
        for continuation in state.waitingForUnblock {
            state.notifications.append(.proceed(continuation, .failure(error)))
        }
        for consumer in state.consumers.values { state.notifications.append(.end(consumer, error)) }
        state.expected = []
        state.waitingForUnblock = []
        state.consumers = [:]
        // The channel and what settles its deliveries refer to each other.
        state.settlement = nil
    }
}

extension Delivery {
    /// A delivery that reads the message where the log holds it; that memory is kept as long as the delivery is.
    fileprivate init(
        _ effect: DeliveryEffect,
        remainingCount: UInt32?,
        settlement: any DeliverySettlement
    ) {
        let record = effect.record.record
        let memory = effect.record.memory
        self.init(
            deliveryTag: effect.deliveryTag,
            isRedelivered: effect.redelivered,
            exchange: ExchangeName(String(decoding: record.exchange, as: UTF8.self)),
            routingKey: String(decoding: record.routingKey, as: UTF8.self),
            encodedProperties: effect.returns == 0
                ? DeliveredBody(owner: memory, bytes: record.properties)
                : effect.withProperties { DeliveredBody(copying: $0) },
            body: DeliveredBody(owner: memory, bytes: record.body),
            remainingCount: remainingCount,
            settlement: settlement
        )
    }
}
