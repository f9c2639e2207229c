import LeveretModel
import LeveretWire
import NIOCore

/// One connection with one channel, on a blocking socket, for a load thread. Received frames are read in place.
///
/// It is used by one thread at a time: the one that sets it up, then the one that works with it.
final class LoadConnection: @unchecked Sendable {
    // Unchecked: handed from thread to thread, never shared.
    static let channel: UInt16 = 1
    /// How long a call may block before the thread looks whether it is to end; with many threads longer, so that
    /// those which only wait cost no more than those which work.
    private static let pollMilliseconds = (few: 50, many: 1000)
    private static let answerSeconds = 60
    private static let patienceSeconds = 30
    private static let shortPatienceSeconds = 3

    private(set) var frameMax: UInt32 = 131_072
    private let socket: StreamSocket
    private var received: ReceiveBuffer

    private init(_ socket: StreamSocket, receiveBytes: Int) {
        self.socket = socket
        received = ReceiveBuffer(capacity: receiveBytes)
        socket.setTimeout(milliseconds: Self.pollMilliseconds.few)
    }

    /// Lets a thread that is one of many look less often whether it is to end.
    func lengthenPolls(threads: Int) {
        let (few, many) = Self.pollMilliseconds
        socket.setTimeout(milliseconds: min(many, max(few, few * threads / 8)))
    }

    /// Connects, logs in and opens the channel. Frames can be up to half as long as `receiveBytes`.
    static func open(_ target: LoadTarget, receiveBytes: Int = 1 << 20) throws(LoadFailure) -> LoadConnection {
        let connection: LoadConnection
        do throws(SystemError) {
            connection = LoadConnection(try socket(to: target), receiveBytes: receiveBytes)
        } catch {
            throw .system(error)
        }
        try connection.logIn(target)
        return connection
    }

    private static func socket(to target: LoadTarget) throws(SystemError) -> StreamSocket {
        if let path = target.socketPath { return try StreamSocket.connect(path: path) }
        return try StreamSocket.connect(host: target.host, port: target.port)
    }

    private func logIn(_ target: LoadTarget) throws(LoadFailure) {
        try send(ProtocolHeader.supported)
        _ = try waitFor(ConnectionStart.id)
        let response = [0] + Array(target.user.utf8) + [0] + Array(target.password.utf8)
        let startOk = ConnectionStartOk(
            clientProperties: ["product": "leveret perf"],
            mechanism: "PLAIN",
            response: response,
            locale: "en_US"
        )
        try send(.connectionStartOk(startOk), channel: 0)
        guard case .connectionTune(let tune) = try waitFor(ConnectionTune.id) else { return }
        frameMax = tune.frameMax == 0 ? 131_072 : min(tune.frameMax, 131_072)
        let tuneOk = ConnectionTuneOk(channelMax: tune.channelMax, frameMax: frameMax, heartbeat: 0)
        try send(.connectionTuneOk(tuneOk), channel: 0)
        try send(.connectionOpen(ConnectionOpen(virtualHost: target.virtualHost)), channel: 0)
        _ = try waitFor(ConnectionOpenOk.id)
        _ = try call(.channelOpen(ChannelOpen()), ChannelOpenOk.id)
    }

    /// Says goodbye and tells whether the broker answered; failures no longer matter.
    @discardableResult
    func close() -> Bool {
        let goodbye = ConnectionClose(replyCode: 200, replyText: "bye", classID: 0, methodID: 0)
        guard (try? send(.connectionClose(goodbye), channel: 0)) != nil else { return false }
        return (try? waitFor(ConnectionCloseOk.id)) != nil
    }
}

// MARK: - Methods

extension LoadConnection {
    /// Sends a method on a channel and waits for its answer.
    func call(
        _ method: LeveretWire.Method,
        _ answer: MethodID,
        channel: UInt16 = LoadConnection.channel
    ) throws(LoadFailure) -> LeveretWire.Method {
        try send(method, channel: channel)
        return try waitFor(answer)
    }

    func send(_ method: LeveretWire.Method, channel: UInt16 = LoadConnection.channel) throws(LoadFailure) {
        var buffer = ByteBuffer()
        do throws(WireError) {
            try method.encode(channel: channel, into: &buffer)
        } catch {
            throw .refused(AMQPError(error))
        }
        try send(Array(buffer.readableBytesView))
    }

    private func send(_ bytes: [UInt8]) throws(LoadFailure) {
        var failure: LoadFailure?
        bytes.withUnsafeBytes { bytes in
            do throws(LoadFailure) {
                try send(bytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Waits for a method; what else comes, such as heartbeats and deliveries, is passed over.
    private func waitFor(_ wanted: MethodID) throws(LoadFailure) -> LeveretWire.Method {
        let deadline = MonotonicClock.now() + UInt64(Self.answerSeconds) * 1_000_000_000
        while MonotonicClock.now() < deadline {
            while let frame = try nextFrame() {
                guard frame.type == FrameKind.method.rawValue, frame.size >= 4 else { continue }
                if frame.method == wanted { return try Self.decode(frame) }
                try Self.throwIfClosed(frame)
            }
            try fill()
        }
        throw .stalled(seconds: Self.answerSeconds, what: "the broker did not answer")
    }

    private static func decode(_ frame: RawFrame) throws(LoadFailure) -> LeveretWire.Method {
        do throws(WireError) {
            return try LeveretWire.Method(decoding: frame.payload)
        } catch {
            throw .violation(error.description)
        }
    }

    /// Throws the broker's reason if the frame closes the channel or the connection.
    static func throwIfClosed(_ frame: RawFrame) throws(LoadFailure) {
        guard frame.method == ChannelClose.id || frame.method == ConnectionClose.id else { return }
        switch try decode(frame) {
        case .channelClose(let close):
            throw .refused(
                AMQPError(code: ReplyCode(rawValue: close.replyCode), text: close.replyText, scope: .channel)
            )
        case .connectionClose(let close):
            throw .refused(
                AMQPError(code: ReplyCode(rawValue: close.replyCode), text: close.replyText, scope: .connection)
            )
        default: return
        }
    }
}

// MARK: - Bytes

extension LoadConnection {
    /// Sends everything, as half a frame would make the connection useless. Waits long for a broker that does not
    /// read, and only shortly once the run is to end.
    func send(_ bytes: UnsafeRawBufferPointer, isStopping: () -> Bool = { false }) throws(LoadFailure) {
        var rest = bytes
        var lastMovement: UInt64?
        while !rest.isEmpty {
            switch try moving({ () throws(SystemError) in try socket.send(rest) }) {
            case .moved(let count):
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                lastMovement = nil
            case .nothing:
                let now = MonotonicClock.now()
                let seconds = isStopping() ? Self.shortPatienceSeconds : Self.patienceSeconds
                if now - (lastMovement ?? now) > UInt64(seconds) * 1_000_000_000 {
                    throw .stalled(seconds: seconds, what: "the broker read nothing")
                }
                lastMovement = lastMovement ?? now
            case .ended: throw try farewell()
            }
        }
    }

    /// Receives what there is. Gives false if nothing came; waits for a moment at most.
    @discardableResult
    func fill(wait: Bool = true) throws(LoadFailure) -> Bool {
        let room = received.room()
        switch try moving({ () throws(SystemError) in try socket.receive(into: room, wait: wait) }) {
        case .moved(let count):
            received.commit(count)
            return true
        case .nothing: return false
        case .ended: throw try farewell()
        }
    }

    /// Waits until something can be received, or the clock shows `moment`.
    func waitForInput(until moment: UInt64) { socket.waitForInput(until: moment) }

    /// Reads frames of what was received; one access for many of them.
    @inline(__always)
    func withReceived<Result>(
        _ body: (inout ReceiveBuffer) throws(LoadFailure) -> Result
    ) throws(LoadFailure) -> Result {
        try body(&received)
    }

    private func nextFrame() throws(LoadFailure) -> RawFrame? {
        try received.nextFrame()
    }

    private func moving(
        _ call: () throws(SystemError) -> StreamSocket.Outcome
    ) throws(LoadFailure) -> StreamSocket.Outcome {
        do throws(SystemError) {
            return try call()
        } catch {
            throw .system(error)
        }
    }

    /// What the broker said before it closed the connection, if it said anything.
    private func farewell() throws(LoadFailure) -> LoadFailure {
        while let frame = try nextFrame() {
            if frame.type == FrameKind.method.rawValue, frame.size >= 4 { try Self.throwIfClosed(frame) }
        }
        return .disconnected
    }
}
