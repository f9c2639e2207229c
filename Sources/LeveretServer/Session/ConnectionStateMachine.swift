import LeveretCore
import LeveretModel
import LeveretWire

/// One client's connection, from its first byte to its last.
///
/// ## Overview
/// The machine takes the bytes that came from the client, in place, and turns what they ask into the commands of an
/// `InboundBatch`. Whenever something else has to be done it stops and says so with an action; whoever drives it
/// applies the batch, does the action, and continues behind the last frame taken. The core's answers come in as
/// events. It knows no socket and no clock, so that a test is a transcript.
///
/// ## States
///
///     handshaking -> open -> leaving (the client closes) -------------> closed
///                     |                                                   ^
///                     +----> closing (the server closes) -----------------+
///
/// connection.open is taken for granted: what a client sends without waiting for open-ok goes to the core behind
/// it, and the core ignores it if it did not open the session.
struct ConnectionStateMachine {
    enum State: Equatable {
        case handshaking
        case open
        /// connection.close was sent: only its answer, and the client's own close, mean anything; and
        /// acknowledgements, if they are heard to the last.
        case closing
        /// The client has closed; the core has yet to let go of the session.
        case leaving
        case closed
    }

    /// Why the machine stopped taking bytes. The batch must be applied before anything else is done.
    enum ReceiveAction: Equatable {
        /// All complete frames have been taken.
        case readMore
        /// The batch must be applied, because it refers to memory that the next frame needs.
        case apply
        case send(Method, channel: UInt16)
        case refuseProtocol(ProtocolHeader)
        case authenticate(Login)
        case tuned(FrameLimits)
        case openSession(virtualHost: String)
        /// Close the connection with this error.
        case fail(AMQPError)
        /// Close the channel with this error.
        case failChannel(UInt16, AMQPError)
        /// The client leaves; the session is to be closed in the core, if it was opened.
        case leave
        /// All is said: drop the connection once everything is written.
        case disconnect
    }

    /// What to do when the core has closed the session.
    enum SessionClosedAction: Equatable {
        case sendCloseOkAndDisconnect
        case nothing
    }

    /// What to do when the connection is to be closed with an error.
    enum FailedAction: Equatable {
        case sendClose
        /// The client closes as well: answer that.
        case sendCloseOkAndDisconnect
        case nothing
    }

    private(set) var state = State.handshaking
    /// Whether the client has begun to publish something since this was last asked.
    private var hasPublished = false
    /// Whether acknowledgements count until the client has answered connection.close.
    private var hearsAcknowledgements = false
    private(set) var handshake: HandshakeStateMachine
    /// Channel numbers in use, those that are closing included.
    private(set) var channelCount = 0
    private(set) var decoder = FrameDecoder.beforeTuning
    private(set) var channels = ChannelTable<ChannelStateMachine>()
    /// Numbers of channels that the server closed and that have not been opened again since: acknowledgements for
    /// them may still be under way from clients whose threads do not wait for each other.
    private(set) var numbersClosedHere: Set<UInt16> = []
    /// The channel of the last frame: frames come in runs of one channel.
    var lastChannel: ChannelStateMachine?
    /// A longer body is refused, in bytes.
    let bodyLimit: Int

    init(handshake: HandshakeStateMachine, bodyLimit: Int) {
        self.handshake = handshake
        self.bodyLimit = bodyLimit
    }
}

// MARK: - Bytes from the client

extension ConnectionStateMachine {
    /// Takes frames until something has to be done or no complete frame is left.
    ///
    /// - Parameter offset: where to begin; moved behind what was taken.
    mutating func receive(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        into batch: inout InboundBatch
    ) -> ReceiveAction {
        do {
            switch state {
            case .handshaking: return try receiveHandshake(bytes, at: &offset)
            case .open: return try receiveOpen(bytes, at: &offset, into: &batch)
            case .closing: return receiveClosing(bytes, at: &offset, into: &batch)
            case .leaving, .closed:
                offset = bytes.count
                return .readMore
            }
        } catch {
            return .fail(AMQPError(error))
        }
    }

    private mutating func receiveHandshake(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(WireError) -> ReceiveAction {
        if handshake.expectsHeader { return receiveHeader(bytes, at: &offset) }
        while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
            if frame.kind == .heartbeat { continue }
            guard frame.kind == .method, frame.channel == 0 else {
                return .fail(AMQPError(.channelError, "a frame on channel \(frame.channel) before connection.open"))
            }
            return act(handshake.receive(try Method(decoding: frame.payload)))
        }
        return .readMore
    }

    private mutating func receiveHeader(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> ReceiveAction {
        guard let header = ProtocolHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...])) else { return .readMore }
        switch handshake.receive(header) {
        case .send(let method):
            offset += ProtocolHeader.size
            return .send(method, channel: 0)
        case .refuse(let header):
            offset = bytes.count
            state = .closed
            return .refuseProtocol(header)
        }
    }

    private mutating func act(_ action: HandshakeStateMachine.MethodAction) -> ReceiveAction {
        switch action {
        case .authenticate(let login): return .authenticate(login)
        case .tuned(let limits):
            decoder = FrameDecoder(limits: limits)
            return .tuned(limits)
        case .open(let virtualHost):
            state = .open
            return .openSession(virtualHost: virtualHost)
        case .leave:
            state = .leaving
            return .leave
        case .fail(let error): return .fail(error)
        }
    }

    /// After connection.close was sent. What cannot be read is passed over: there is nobody left to tell.
    private mutating func receiveClosing(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        into batch: inout InboundBatch
    ) -> ReceiveAction {
        do {
            while let frame = try decoder.nextFrame(in: bytes, at: &offset) {
                guard frame.kind == .method else { continue }
                guard frame.channel == 0 else {
                    try hear(frame, into: &batch)
                    continue
                }
                switch try frame.methodID {
                case ConnectionClose.id: return .send(.connectionCloseOk(ConnectionCloseOk()), channel: 0)
                case ConnectionCloseOk.id:
                    state = .closed
                    return .disconnect
                default: continue
                }
            }
        } catch {
            offset = bytes.count
        }
        return .readMore
    }

    private func hear(_ frame: FrameView, into batch: inout InboundBatch) throws(WireError) {
        guard hearsAcknowledgements, channels[frame.channel]?.state == .open else { return }
        guard let settlement = try SettlementView(payload: frame.payload) else { return }
        batch.append(Acknowledgement(settlement), channel: frame.channel)
    }

    /// How many bytes must follow the beginning of a frame before it is worth another look.
    func missingByteCount(after start: UnsafeRawBufferPointer) -> Int {
        if handshake.expectsHeader { return max(1, ProtocolHeader.size - start.count) }
        guard start.count >= FrameLimits.headerSize else { return FrameLimits.headerSize - start.count }
        let size = start[3..<7].reduce(0) { $0 << 8 | Int($1) }
        return max(1, size + FrameLimits.overhead - start.count)
    }

    mutating func clientLeaves() -> ReceiveAction {
        state = .leaving
        return .leave
    }

    mutating func clientPublishes() { hasPublished = true }

    /// Whether the client has begun to publish something since the last call.
    mutating func takeHasPublished() -> Bool {
        defer { hasPublished = false }
        return hasPublished
    }
}

// MARK: - Events

extension ConnectionStateMachine {
    /// The transport says how the client may log in. Comes before the first bytes.
    mutating func offer(_ logins: LoginOffer) { handshake.offer = logins }

    mutating func authenticated(_ isAccepted: Bool) -> HandshakeStateMachine.LoginAction {
        handshake.authenticated(isAccepted)
    }

    /// The core has closed the session because it was asked to.
    mutating func sessionClosed() -> SessionClosedAction {
        guard state == .leaving else { return .nothing }
        state = .closed
        return .sendCloseOkAndDisconnect
    }

    /// The connection is to be closed with an error of the core's, the server's or an operator's.
    ///
    /// - Parameter hearingAcknowledgements: whether those that come before the client's answer count.
    mutating func failed(hearingAcknowledgements: Bool = false) -> FailedAction {
        switch state {
        case .handshaking, .open:
            state = .closing
            hearsAcknowledgements = hearingAcknowledgements
            return .sendClose
        case .leaving:
            state = .closed
            return .sendCloseOkAndDisconnect
        case .closing, .closed: return .nothing
        }
    }

    /// The core has closed the channel because it was asked to.
    mutating func channelClosed(_ number: UInt16) -> ChannelStateMachine.ClosedAction {
        guard state == .open, let channel = channels[number] else { return .nothing }
        let action = channel.closed()
        if action == .sendCloseOk { forgetChannel(number) }
        return action
    }

    /// The channel is to be closed with an error.
    mutating func channelFailed(_ number: UInt16) -> ChannelStateMachine.FailedAction {
        guard state == .open, let channel = channels[number] else { return .nothing }
        return channel.failed()
    }

    /// The socket is gone.
    mutating func disconnected() { state = .closed }

    mutating func startChannel(_ number: UInt16) {
        numbersClosedHere.remove(number)
        channels[number] = ChannelStateMachine(number: number, bodyLimit: bodyLimit)
        channelCount += 1
    }

    /// The client agrees that the server has closed a channel.
    mutating func forgetChannelClosedHere(_ number: UInt16) {
        numbersClosedHere.insert(number)
        forgetChannel(number)
    }

    mutating func forgetChannel(_ number: UInt16) {
        channels[number] = nil
        lastChannel = nil
        channelCount -= 1
    }
}
