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
        var exchangeNames = NameCache()
        var routingKeys = NameCache()
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
        case confirm(ConfirmTracker.Answer)
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

    /// Notes that so many messages are to be published, whose answers the confirmation waits for. `select` is called
    /// if confirms are to be selected first. Gives the error if the channel does not take them.
    func addPublishings(_ count: Int, _ confirmation: PublishConfirmation, _ select: () -> Void) -> (any Error)? {
        let (isFirst, error) = state.withLock { state -> (Bool, (any Error)?) in
            if let error = state.error { return (false, error) }
            do {
                let isFirst = try state.mode.beginConfirming()
                if state.mode.isInTransaction {
                    confirmation.settle(.success(()), count: count)
                } else {
                    state.confirms.add(confirmation, count: count)
                }
                return (isFirst, nil)
            } catch {
                return (false, error)
            }
        }
        if isFirst { select() }
        return error
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
            var place = 0
            while place < effects.count {
                if case .deliver(_, let delivery) = effects[place] {
                    place += receive(delivery.consumer, effects[place...], &state)
                } else {
                    receive(effects[place], &state)
                    place += 1
                }
            }
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
            case .confirm(let answer): answer.tell()
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
        case .getOk(_, let delivery, let remaining):
            guard let settlement = state.settlement else { return }
            let group = DeliveryGroup(in: delivery.record.memory, of: settlement)
            let answer = InProcessInbox.makeDelivery(delivery, remainingCount: remaining, in: group, &state)
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
        case .deliver, .sessionOpened, .sessionClosed, .secretUpdated, .channelClosed, .loadSegment, .wake: break
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

    /// Takes the deliveries that the effects begin with, as far as they are for one consumer. Gives their number.
    private func receive(
        _ id: ConsumerID,
        _ effects: Slice<UnsafeBufferPointer<Effect>>,
        _ state: inout State
    ) -> Int {
        var count = 0
        guard let consumer = state.consumers[id], let settlement = state.settlement else { return 1 }
        consumer.deliveries.append { deliveries in
            var bytes = 0
            var group: DeliveryGroup?
            for effect in effects {
                guard case .deliver(_, let delivery) = effect, delivery.consumer == id else { break }
                let own: DeliveryGroup
                if let group, delivery.record.lies(in: group.memory) {
                    own = group
                } else {
                    own = DeliveryGroup(in: delivery.record.memory, of: settlement)
                    group = own
                }
                deliveries.append(InProcessInbox.makeDelivery(delivery, in: own, &state))
                bytes += delivery.outboundCost
                count += 1
            }
            return bytes
        }
        if case .wake(let last)? = state.notifications.last, last === consumer { return max(count, 1) }
        state.notifications.append(.wake(consumer))
        return max(count, 1)
    }

    /// A delivery that reads the message where the log holds it; that memory is kept as long as the delivery is.
    private static func makeDelivery(
        _ effect: DeliveryEffect,
        remainingCount: UInt32? = nil,
        in group: DeliveryGroup,
        _ state: inout State
    ) -> Delivery {
        let record = effect.record.record
        return Delivery(
            deliveryTag: effect.deliveryTag,
            isRedelivered: effect.redelivered,
            exchange: ExchangeName(state.exchangeNames.string(record.address.exchange)),
            routingKey: state.routingKeys.string(record.address.routingKey),
            encodedProperties: effect.returns == 0
                ? DeliveredBody(owner: group, bytes: record.properties)
                : effect.withProperties { DeliveredBody(copying: $0) },
            body: DeliveredBody(owner: group, bytes: record.body),
            remainingCount: remainingCount,
            settlement: group
        )
    }

    private static func answer(_ answer: InProcessAnswer, _ state: inout State) {
        guard !state.expected.isEmpty else { return }
        state.notifications.append(.answer(state.expected.removeFirst(), .success(answer)))
    }

    private static func confirm(_ sequence: UInt64, multiple: Bool, refused: Bool, _ state: inout State) {
        for answer in state.confirms.answer(sequence, multiple: multiple, refused: refused) {
            state.notifications.append(.confirm(answer))
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
        for answer in state.confirms.failAll(error) { state.notifications.append(.confirm(answer)) }
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
