import LeveretServer
import LeveretSimulation
import LeveretWire
import NIOCore
import NIOEmbedded

/// A client, its socket and everything between it and the server.
///
/// Bytes to the server wait in `outbox`, frame by frame and channel by channel; from there they go to `stream`, where
/// frames of several channels are mixed; from there any number of them at a time to the server. What the server writes is
/// judged at once and reaches the client when it reads.
final class ClientConnection: CustomStringConvertible {
    /// What the server has said so far.
    enum Phase {
        case starting
        case tuning
        case opening
        case open
        /// It has said connection.close.
        case closing
        /// It has said connection.close-ok, and so all.
        case closed
    }

    let number: Int
    let ledger: Ledger
    let plan: NetworkPlan
    let server: SimulatedServer
    let loop: StepwiseEventLoop
    let socket: SimulatedSocket
    let channel: EmbeddedChannel
    /// The server's handler, which must go with the connection.
    weak var handler: (any ChannelHandler)?

    // What the client does.
    let frameMax: Int
    let heartbeat: Int
    let hasWrongPassword: Bool
    /// Whether it goes on before it is answered.
    let isHasty: Bool
    let readsSlowly: Bool
    var isUsable = false
    var hasAskedToClose = false
    /// It will close its end as soon as all that it has sent is read.
    var isLeaving = false
    /// It neither reads nor writes any more, and says nothing of it.
    var isSilent = false
    var channels: [ClientChannel] = []
    var outbox: [(channel: UInt16, frames: [ClientFrame])] = []
    var lastSent: UInt64

    // The way to the server.
    var stream: [UInt8] = []
    var events: [(end: Int, event: ClientEvent)] = []
    var queuedCount = 0
    var fedCount = 0
    var lastFed: UInt64
    /// The network is out of order for so many steps.
    var stalledSteps = 0

    // What the server has said, and the way from it.
    var phase = Phase.starting
    var isBlocked = false
    /// The server has been given something that it may close the connection for.
    var isDoubtful = false
    /// The server has been given the end of the client's session.
    var isEndedAtServer = false
    /// The server's end of the socket is closed.
    var isGone = false
    var unparsed: [UInt8] = []
    var writtenCount = 0
    var readCount = 0
    var arriving: [(end: Int, channel: UInt16, method: Method)] = []
    let opened: UInt64

    init(number: Int, server: SimulatedServer, ledger: Ledger, plan: NetworkPlan, _ random: inout SeededGenerator)
        throws
    {
        self.number = number
        self.server = server
        self.ledger = ledger
        self.plan = plan
        loop = server.loop(for: number)
        socket = SimulatedSocket(capacity: random.pick(plan.socketCapacities) ?? 1 << 20)
        frameMax = min(random.pick(plan.frameSizes) ?? 4096, plan.frameMax)
        heartbeat = random.pick(plan.heartbeats) ?? 0
        hasWrongPassword = random.chance(plan.mistakes)
        isHasty = random.chance(30)
        readsSlowly = random.chance(plan.slowReaders)
        opened = server.clock.milliseconds
        lastSent = opened
        lastFed = opened
        channel = EmbeddedChannel(loop: loop.embedded)
        socket.onWrite = { [unowned self] in judge($0) }
        socket.onClose = { [unowned self] in serverCloses() }
        try loop.enter {
            try channel.pipeline.syncOperations.addHandler(socket)
            handler = try server.acceptor.accept(channel, on: loop)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 5000 + number % 1000), promise: nil)
        }
        greet()
    }

    /// Whether the server does for sure what it is asked.
    var isSound: Bool { phase == .open && !isDoubtful && !isEndedAtServer && !isGone }

    /// Whether the client may act.
    var canAct: Bool { isUsable && !hasAskedToClose && !isLeaving && !isSilent && !isGone }

    /// Whether the server takes bytes.
    var isRead: Bool {
        let option = channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }
        return option?.value as? Bool ?? true
    }

    var description: String { "connection \(number)" }

    var usableChannels: [ClientChannel] { channels.filter(\.isUsable) }
}

// MARK: - The network

extension ClientConnection {
    /// Puts frames behind what a channel sends.
    func send(_ frames: [ClientFrame], on number: UInt16) {
        if let place = outbox.firstIndex(where: { $0.channel == number }) {
            outbox[place].frames += frames
        } else {
            outbox.append((number, frames))
        }
    }

    /// Moves a frame of some channel to the stream.
    ///
    /// - Returns: `false` if there is none.
    @discardableResult
    func transmit(_ random: inout SeededGenerator) -> Bool {
        guard !outbox.isEmpty, !isSilent else { return false }
        let place = random.number(0...(outbox.count - 1))
        put(outbox[place].frames.removeFirst())
        if outbox[place].frames.isEmpty { outbox.remove(at: place) }
        return true
    }

    func put(_ frame: ClientFrame) {
        stream += frame.bytes
        queuedCount += frame.bytes.count
        if let event = frame.event { events.append((queuedCount, event)) }
        lastSent = server.clock.milliseconds
    }

    /// Gives the server so many bytes, in some reads.
    func feed(_ count: Int, reads: Int) {
        guard count > 0, !isGone, isRead else { return }
        let bytes = Array(stream.prefix(count))
        stream.removeFirst(bytes.count)
        fedCount += bytes.count
        lastFed = server.clock.milliseconds
        noteFed()
        loop.enter {
            let size = (bytes.count + reads - 1) / reads
            for start in Swift.stride(from: 0, to: bytes.count, by: size) {
                let part = bytes[start..<min(start + size, bytes.count)]
                channel.pipeline.fireChannelRead(ByteBuffer(bytes: part))
            }
            channel.pipeline.fireChannelReadComplete()
        }
        ledger.endFeeding()
        ledger.count(\.feeds)
    }

    /// The client takes some of the bytes that have come to it.
    func read(_ count: Int) {
        let count = min(count, socket.inTransit)
        readCount += count
        if count > 0 { loop.enter { socket.take(count) } }
        while let first = arriving.first, first.end <= readCount {
            arriving.removeFirst()
            receive(first.method, on: first.channel)
        }
        if socket.isFinished, socket.inTransit == 0, !isGone { isLeaving = true }
    }

    /// The client's end of the socket is closed, or the network has lost it.
    func disconnect(evenIfGone: Bool = false) {
        guard !isGone || evenIfGone else { return }
        isEndedAtServer = true
        loop.enter { channel.close(promise: nil) }
    }

    /// A heartbeat, if the client is not silent.
    func beat() {
        guard heartbeat > 0, phase == .open, !isSilent, !isLeaving, !isGone, !hasAskedToClose else { return }
        guard server.clock.milliseconds - lastSent >= UInt64(heartbeat) * 500 else { return }
        put(ClientFrame(bytes: ClientFrames.heartbeat))
    }
}
