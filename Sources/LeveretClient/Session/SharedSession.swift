import LeveretModel
import LeveretWire
import Logging
import NIOCore

/// The session of a connection, shared by the tasks that call and the event loop that reads and writes.
///
/// Everything happens under one lock, and what follows from it, such as resuming tasks, after the lock is given up.
/// What tasks have written is sent in one go when the event loop comes to it.
final class SharedSession: @unchecked Sendable {
    // Unchecked: everything that changes is touched only while the lock is held.

    /// What the event loop has to do.
    struct Orders {
        var bytes: ByteBuffer
        /// Close the socket once the bytes are sent.
        var isFinished: Bool
        var isHandshaking: Bool
        /// connection.close was sent.
        var isClosing: Bool
        /// Seconds between heartbeats, once they are due.
        var heartbeat: UInt16?
    }

    let configuration: ConnectionConfiguration
    let window: ReadWindow
    /// Settled when the connection is open, or will not be.
    let opened: PendingResult<Void>
    private let logger: Logger
    private let lock = SessionLock()
    private var session: ClientSession
    private var isWakePending = false
    private var wake: (@Sendable () -> Void)?

    init(_ configuration: ConnectionConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        opened = PendingResult()
        window = ReadWindow(limit: configuration.unlimitedDeliveryBytes)
        session = ClientSession(configuration, opened: opened)
    }

    /// Sets what makes the event loop ask for its orders; `nil` if there is none any more.
    func attach(_ wake: (@Sendable () -> Void)?) {
        lock.withLock { self.wake = wake }
    }

    /// Makes the event loop ask for its orders.
    func wakeUp() {
        lock.withLock { wake }?()
    }

    /// Calls the session from a task. Bytes to be sent are sent soon.
    func perform<Result: Sendable, Failure: Error>(
        _ call: (inout ClientSession) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var actions: [ClientAction] = []
        var wake: (@Sendable () -> Void)?
        let result = lock.withLock {
            let result = Swift.Result { () throws(Failure) in try call(&session) }
            if !session.actions.isEmpty { swap(&actions, &session.actions) }
            if !isWakePending, session.output.readableBytes > 0 || session.isFinished {
                isWakePending = true
                wake = self.wake
            }
            return result
        }
        wake?()
        for action in actions { perform(action) }
        return try result.get()
    }

    /// Calls the session from the event loop, which asks for its orders afterwards.
    func performOnEventLoop<Result: Sendable>(_ call: (inout ClientSession) -> Result) -> Result {
        var actions: [ClientAction] = []
        let result = lock.withLock {
            let result = call(&session)
            if !session.actions.isEmpty { swap(&actions, &session.actions) }
            return result
        }
        for action in actions { perform(action) }
        return result
    }

    func takeOrders() -> Orders {
        performOnEventLoop { session in
            isWakePending = false
            return Orders(
                bytes: session.takeOutput(),
                isFinished: session.isFinished,
                isHandshaking: session.isHandshaking,
                isClosing: session.isClosing,
                heartbeat: session.isTuned ? session.limits.heartbeat : nil
            )
        }
    }
}

// MARK: - Actions

extension SharedSession {
    private func perform(_ action: ClientAction) {
        switch action {
        case .answer(let answer, let result): answer.settle(result)
        case .hand(let delivery, let expectation, let channel):
            guard !expectation.answer.settle(.success(.delivery(delivery))), !expectation.noAcknowledge else { return }
            perform { session in
                if case .open = channel.phase { session.giveBack(delivery.deliveryTag, on: channel) }
            }
        case .confirm(let answer): answer.tell()
        case .proceed(let pending, let result): pending.settle(result)
        case .deliver(let consumer, let deliveries, let bytes): consumer.receive(deliveries, bytes: bytes)
        case .end(let consumer, let error): consumer.end(error)
        case .notice(let notice): log(notice)
        }
    }

    private func log(_ notice: ClientNotice) {
        let address = Logger.MetadataValue.string(configuration.address)
        switch notice {
        case .blocked(let reason):
            logger.info("the broker asks publishers to wait", metadata: ["broker": address, "reason": "\(reason)"])
        case .unblocked:
            logger.info("the broker lets publishers go on", metadata: ["broker": address])
        case .consumerCancelled(let tag):
            logger.info("the broker has ended a consumer", metadata: ["broker": address, "consumer_tag": "\(tag)"])
        case .strayReturn(let text):
            logger.debug(
                "a message came back that is not waited for",
                metadata: ["broker": address, "text": "\(text)"]
            )
        }
    }
}
