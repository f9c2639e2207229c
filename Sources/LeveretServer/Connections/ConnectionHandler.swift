import Leveret
import LeveretCore
import LeveretModel
import LeveretWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Drives one client's connection: the only type that touches its socket.
///
/// Bytes go to the `ConnectionStateMachine`, which says what to do; commands go to the core in batches; what the
/// core answers waits in the `OutboundQueue` and is written here, one write at a time. All of it runs on the
/// connection's event loop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let server: ServerContext
    let reference: ConnectionReference
    let outbound: OutboundQueue
    var machine: ConnectionStateMachine
    var logger: Logger
    var context: ChannelHandlerContext?
    /// Set from connection.open on, until the socket is gone.
    private var session: SessionID?
    /// Whether the core has the session, as far as is known here.
    var isSessionOpen = false
    private(set) var record: ConnectionRecord?
    /// Whether the client is on this machine.
    private(set) var isLoopback = false
    var batch = InboundBatch()
    private var remainder = FrameRemainder()
    var gate = ReadGate()
    var drainAccount: DrainAccount
    var timers = ConnectionTimers()
    var flushing = FlushState()
    private var isReading = false
    private var hasOfferedLogins = false
    private var publishedCount = 0
    private var channelMax: UInt16 = 0

    init(server: ServerContext, eventLoop: any EventLoop) {
        self.server = server
        logger = server.logger
        reference = ConnectionReference(eventLoop: eventLoop)
        outbound = OutboundQueue(connection: reference)
        machine = server.makeMachine()
        drainAccount = DrainAccount(window: server.outboundWindow)
    }
}

// MARK: - The socket's life

extension ConnectionHandler {
    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        reference.value = self
        let name = ConnectionName(context.channel)
        isLoopback = name.isLoopback
        logger[metadataKey: "leveret_connection"] = "\(name)"
        let record = server.registry.admit { [reference] id in
            ConnectionRecord(
                id: id,
                name: name.description,
                addresses: name.addresses,
                connectedAt: server.now()
            ) { closing in
                reference.execute { $0.close(closing) }
            }
        }
        guard let record else {
            logger.info("connection refused, because there are too many or the server is closing")
            context.close(promise: nil)
            return
        }
        self.record = record
        logger.debug("connection accepted")
        startDeadline(server.configuration.handshakeTimeout, reason: "the handshake took too long")
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        note(error)
        context.close(promise: nil)
    }

    /// The socket is gone: so are the session's consumers and exclusive queues, at once.
    private func end() {
        reference.value = nil
        cancelTimers()
        closeSession()
        if let session { server.broker.driver.unregister(session) }
        session = nil
        if machine.state == .open { logger.debug("connection lost without connection.close") }
        machine.disconnected()
        context = nil
        guard let record else { return }
        self.record = nil
        server.registry.remove(record.id)
        logger.debug("connection closed")
    }

    func closeSession() {
        guard isSessionOpen, let session else { return }
        isSessionOpen = false
        server.broker.driver.perform { port in port.apply(.closeSession(session)) }
    }

    /// An operator, or the server's end.
    private func close(_ closing: ConnectionClosing) {
        switch closing {
        case .politely where flushing.ending == .awaitingClient: context?.close(promise: nil)
        case .politely(let reason): fail(.forced(reason))
        case .afterAcknowledgements where flushing.ending == .awaitingClient: context?.close(promise: nil)
        case .afterAcknowledgements(let reason): failAfterAcknowledgements(.forced(reason))
        case .atOnce: context?.close(promise: nil)
        }
        flush()
    }
}

// MARK: - Bytes from the client

extension ConnectionHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard record != nil else { return }
        let buffer = unwrapInboundIn(data)
        isReading = true
        offerLogins(context)
        noteReceived(buffer.readableBytes)
        buffer.withUnsafeReadableBytes { take($0) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush()
        context.fireChannelReadComplete()
    }

    /// Takes what was read: first the end of the frame that began in an earlier read, then all frames in place,
    /// and keeps the beginning of the last one.
    private func take(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while !remainder.isEmpty, offset < bytes.count {
            let end = min(bytes.count, offset + machine.missingByteCount(after: remainder.bytes))
            remainder.append(bytes[offset..<end])
            offset = end
            if process(remainder.bytes) > 0 { remainder.removeAll() }
        }
        if remainder.isEmpty { offset += process(UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
        apply()
        remainder.append(bytes[offset...])
        noteRead()
    }

    /// - Returns: how many bytes were taken.
    private func process(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while true {
            let action = machine.receive(bytes, at: &offset, into: &batch)
            if case .readMore = action { return offset }
            apply()
            perform(action)
        }
    }

    /// Applies the batch, and with it tells the core what has been drained.
    func apply() {
        batch.endRun()
        guard isSessionOpen, let session, !batch.isEmpty else { return batch.removeAll() }
        let drained = drainAccount.take()
        var isJournalBehind = false
        server.broker.driver.perform { port in
            if drained > 0 { port.apply(.sessionDrained(session, bytes: drained)) }
            batch.forEachCommand(of: session) { port.apply($0) }
            guard !batch.publishings.isEmpty else { return }
            isJournalBehind = port.mustWaitForJournal(session) { batch.publishings.reduce(0) { $0 + $1.body.count } }
        }
        if isJournalBehind { waitForJournal() }
        publishedCount += batch.publishings.count
        batch.removeAll()
    }

    private func noteRead() {
        record?.publishedMessages.store(publishedCount, ordering: .relaxed)
        record?.channels.store(machine.channelCount, ordering: .relaxed)
        if machine.takeHasPublished(), let reason = gate.published() { tellBlocked(reason) }
    }
}

// MARK: - What the machine wants

extension ConnectionHandler {
    /// Before the first byte, and with TLS after its handshake: what the client may log in with is known only then.
    private func offerLogins(_ context: ChannelHandlerContext) {
        guard !hasOfferedLogins else { return }
        hasOfferedLogins = true
        machine.offer(server.loginOffer(for: context.channel, isLoopback: isLoopback, logger))
        let isEncrypted = (try? context.channel.pipeline.syncOperations.nioSSL_tlsVersion()) != nil
        record?.identity.withLock { $0.isEncrypted = isEncrypted }
    }

    private func perform(_ action: ConnectionStateMachine.ReceiveAction) {
        switch action {
        case .readMore, .apply: break
        case .send(let method, let channel):
            outbound.write(method, channel: channel)
            // After connection.close-ok nothing may follow, though the client's own may still be due.
            if method.id == ConnectionCloseOk.id { stopHeartbeat() }
        case .refuseProtocol(let header): refuse(header)
        case .authenticate(let login): authenticate(login)
        case .tuned(let limits): use(limits)
        case .openSession(let virtualHost): openSession(virtualHost)
        case .fail(let error): fail(error)
        case .failChannel(let number, let error): failChannel(number, error)
        case .leave: leave()
        case .disconnect: flushing.ending = .close
        }
    }

    private func use(_ limits: FrameLimits) {
        startHeartbeat(seconds: limits.heartbeat)
        outbound.update { $0.frameMax = Int(limits.frameMax) }
        channelMax = limits.channelMax
        record?.identity.withLock { identity in
            identity.heartbeat = limits.heartbeat
            identity.frameMax = limits.frameMax
            identity.channelMax = limits.channelMax
        }
    }

    private func openSession(_ virtualHost: String) {
        cancelDeadline()
        let client = machine.handshake.client
        let user = machine.handshake.user
        let mechanism = machine.handshake.mechanism?.rawValue
        outbound.update { state in
            state.announcesConsumerCancel = client.acceptsConsumerCancel
        }
        session = server.broker.driver.register(outbound)
        isSessionOpen = true
        batch.append(
            .openSession(
                SessionOptions(
                    user: user,
                    virtualHost: virtualHost,
                    acceptsConsumerCancel: client.acceptsConsumerCancel,
                    qosAppliesToExisting: client.qosAppliesToExisting ?? server.configuration.qosAppliesToExisting,
                    channelMax: Int(channelMax),
                    name: record?.name ?? ""
                )
            )
        )
        record?.identity.withLock { identity in
            identity.user = user
            identity.mechanism = mechanism
            identity.virtualHost = virtualHost
            identity.clientName = client.connectionName
            identity.clientProduct = client.product
            identity.clientProperties = client.all
            identity.session = session
        }
    }

    /// The client leaves: connection.close-ok goes out when its exclusive queues are gone.
    private func leave() {
        startDeadline(.seconds(30), reason: "the client did not take connection.close-ok")
        if isSessionOpen {
            closeSession()
        } else {
            finish(machine.sessionClosed())
        }
    }
}

// MARK: - What others want

extension ConnectionHandler {
    /// The sink has effects for this connection.
    func wake() {
        if !isReading { flush() }
    }

    /// Tells the core of drained bytes for which no other command came along.
    func tellDrained() {
        let drained = drainAccount.takeIfDue()
        guard drained > 0, isSessionOpen, let session else { return }
        server.broker.driver.perform { port in port.apply(.sessionDrained(session, bytes: drained)) }
    }

    /// Gives back memory that a connection without traffic does not need.
    func releaseMemory() {
        remainder.releaseMemory()
        batch = InboundBatch()
        flushing.spare = ByteBuffer()
        outbound.update { if $0.buffer.readableBytes == 0 { $0.buffer = ByteBuffer() } }
    }
}
