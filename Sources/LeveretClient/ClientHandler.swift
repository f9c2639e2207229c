import LeveretModel
import LeveretTLS
import LeveretWire
import Logging
import NIOCore

/// The only part of the client that touches the socket: it moves bytes between it and the session, and keeps time.
final class ClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let session: SharedSession
    private let handshakeTimeout: TimeAmount
    private var context: ChannelHandlerContext?
    private var received = ReceiveBuffer()
    private var heartbeats: HeartbeatMonitor?
    private var handshakeTimer: Scheduled<Void>?
    private var heartbeatTimer: Scheduled<Void>?
    private var closeTimer: Scheduled<Void>?
    private var isReadHeld = false
    private var isFinishing = false
    /// What the socket complained of before it closed.
    private var failure: (any Error)?

    /// Makes a handler for a session that has not begun.
    ///
    /// - Parameter handshakeTimeout: how long the login may take once the socket is connected.
    init(session: SharedSession, handshakeTimeout: TimeAmount) {
        self.session = session
        self.handshakeTimeout = handshakeTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        session.attach { eventLoop.execute { handler.value.carryOut() } }
        if context.channel.isActive { begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        session.attach(nil)
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    private func begin() {
        session.performOnEventLoop { $0.start() }
        handshakeTimer = schedule(in: handshakeTimeout) { handler in
            handler.lose("did not answer in time", code: .timedOut)
        }
        carryOut()
    }

    func channelInactive(context: ChannelHandlerContext) {
        for timer in [handshakeTimer, heartbeatTimer, closeTimer] { timer?.cancel() }
        let reason = failure.map { "\($0)" } ?? "the peer closed the connection"
        session.performOnEventLoop { $0.lose(reason) }
        session.attach(nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = TLSFailure(error), session.performOnEventLoop({ $0.isHandshaking }) {
            lose("cannot be reached over TLS: \(failure)", code: .tlsFailed)
        } else {
            failure = error
            context.close(promise: nil)
        }
    }
}

// MARK: - Reading

extension ClientHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heartbeats?.received(at: milliseconds(context))
        let buffer = received.join(unwrapInboundIn(data))
        let used = session.performOnEventLoop { $0.receive(buffer) }
        received.keep(buffer, used: used)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        carryOut()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        guard session.window.isOpen else {
            isReadHeld = true
            heartbeats?.pause()
            return
        }
        context.read()
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        guard isReadHeld, session.window.isOpen else { return }
        isReadHeld = false
        heartbeats?.resume(at: milliseconds(context))
        context.read()
    }
}

// MARK: - Writing

extension ClientHandler {
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        session.performOnEventLoop { $0.setWritable(isWritable) }
        context.fireChannelWritabilityChanged()
    }

    /// Does what the session wants: sends, closes, begins to watch the time.
    private func carryOut() {
        guard let context, !isFinishing else { return }
        resumeReading(context)
        let orders = session.takeOrders()
        if !orders.isHandshaking { handshakeTimer?.cancel() }
        if let seconds = orders.heartbeat, heartbeats == nil { beginHeartbeats(seconds, context) }
        if orders.isClosing { beginWaitingForClose() }
        guard !orders.isFinished else { return finish(orders.bytes, context) }
        guard orders.bytes.readableBytes > 0 else { return }
        heartbeats?.sent(at: milliseconds(context))
        context.writeAndFlush(wrapOutboundOut(orders.bytes), promise: nil)
    }

    /// Sends the last bytes and closes the socket.
    private func finish(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        isFinishing = true
        guard bytes.readableBytes > 0 else { return context.close(promise: nil) }
        // A peer that does not take the last bytes must not keep the socket open.
        beginWaitingForClose()
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { _ in loopBound.value.close(promise: nil) }
    }
}

// MARK: - Time

extension ClientHandler {
    private func milliseconds(_ context: ChannelHandlerContext) -> Int64 {
        Int64(clamping: context.eventLoop.now.uptimeNanoseconds / 1_000_000)
    }

    private func schedule(
        in time: TimeAmount,
        _ body: @escaping @Sendable (ClientHandler) -> Void
    ) -> Scheduled<Void>? {
        guard let context else { return nil }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: time) { body(handler.value) }
    }

    private func beginHeartbeats(_ seconds: UInt16, _ context: ChannelHandlerContext) {
        heartbeats = HeartbeatMonitor(seconds: seconds, at: milliseconds(context))
        checkHeartbeats()
    }

    private func checkHeartbeats() {
        guard let context, var monitor = heartbeats else { return }
        let now = milliseconds(context)
        var action = monitor.check(at: now)
        if action == .send {
            var bytes = ByteBuffer()
            FrameEncoder.writeHeartbeat(into: &bytes)
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            action = monitor.check(at: now)
        }
        heartbeats = monitor
        switch action {
        case .timedOut: lose("it was silent for two heartbeat intervals", code: .lost)
        case .wait(until: .max), .send: return
        case .wait(let time):
            heartbeatTimer = schedule(in: .milliseconds(max(time - now, 1))) { $0.checkHeartbeats() }
        }
    }

    private func beginWaitingForClose() {
        guard closeTimer == nil else { return }
        closeTimer = schedule(in: TimeAmount(session.configuration.closeTimeout)) { handler in
            handler.lose("it did not let the connection be closed", code: .lost)
        }
    }

    private func lose(_ reason: String, code: ConnectionError.Code) {
        session.performOnEventLoop { $0.lose(reason, code: code) }
        context?.close(promise: nil)
    }
}
