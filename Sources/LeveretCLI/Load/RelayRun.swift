#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sends small messages over TCP at a rate to a thread that passes them on to a third: a broker that does nothing.
struct RelayRun {
    let run: MachineRun
    let perSecond: Int

    func execute() throws -> LatencyHistogram {
        let producer = try Self.pair("the thread that passes on")
        let consumer = try Self.pair("the thread that receives")
        let receiver = RelayReceiver(consumer.far)
        let relay = try NativeThread.start { Self.passOn(producer.far, consumer.near) }
        let receiving = try NativeThread.start { receiver.receiveUntilEnd() }
        MonotonicClock.sharpenWaits()
        let sending = Result { try send(over: producer.near) }
        producer.near.endSending()
        relay.join()
        receiving.join()
        try sending.get()
        return receiver.latencies
    }

    /// Sends each message when it is due, with that moment in it.
    private func send(over socket: StreamSocket) throws {
        let pace = Pace(perSecond: Double(perSecond), from: MonotonicClock.now())
        var content = [UInt8](repeating: 0, count: RoundTripRun.bytes)
        var number: UInt64 = 0
        _ = try content.withUnsafeMutableBytes { content in
            try run.measure {
                let due = pace.moment(of: number)
                MonotonicClock.wait(until: due)
                content.storeBytes(of: due, as: UInt64.self)
                try socket.sendAll(UnsafeRawBufferPointer(content))
                number += 1
                return true
            }
        }
    }

    /// Sends on what comes, until there is no more. A failure ends the bytes, which the receiver notices as their end and the
    /// producer as its own failure.
    private static func passOn(_ source: StreamSocket, _ destination: StreamSocket) {
        var room = [UInt8](repeating: 0, count: 64 << 10)
        room.withUnsafeMutableBytes { room in
            while case .moved(let count)? = try? source.receive(into: room) {
                guard (try? destination.sendAll(UnsafeRawBufferPointer(rebasing: room.prefix(count)))) != nil else {
                    break
                }
            }
        }
        destination.endSending()
    }

    private static func pair(_ peer: String) throws -> (near: StreamSocket, far: StreamSocket) {
        let listener = try LoopbackListener(peer: peer)
        let near = try StreamSocket.connect(host: LoopbackListener.host, port: listener.port, peer: peer)
        guard let far = try listener.accept(milliseconds: Int32(RoundTripRun.timeoutMilliseconds)) else {
            throw SystemError(code: ETIMEDOUT, action: "connect to \(peer)")
        }
        for socket in [near, far] {
            socket.sendAtOnce()
            socket.setTimeout(milliseconds: RoundTripRun.timeoutMilliseconds)
        }
        return (near, far)
    }
}

/// Measures how long ago what it receives was due.
private final class RelayReceiver: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var latencies = LatencyHistogram()
    private let socket: StreamSocket

    init(_ socket: StreamSocket) { self.socket = socket }

    /// A failure is an end too: what came before it was measured.
    func receiveUntilEnd() {
        var room = [UInt8](repeating: 0, count: 64 << 10)
        room.withUnsafeMutableBytes { room in
            var filled = 0
            while case .moved(let count)? = try? socket.receive(into: .init(rebasing: room[filled...])) {
                filled = record(UnsafeMutableRawBufferPointer(rebasing: room.prefix(filled + count)))
            }
        }
    }

    /// Records all whole messages and moves the rest to the front. Gives the bytes of the rest.
    private func record(_ received: UnsafeMutableRawBufferPointer) -> Int {
        let now = MonotonicClock.now()
        let size = RoundTripRun.bytes
        let whole = received.count / size * size
        for position in stride(from: 0, to: whole, by: size) {
            let due = received.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            latencies.record(now > due ? now - due : 0)
        }
        let rest = UnsafeRawBufferPointer(rebasing: received[whole...])
        received.copyMemory(from: rest)
        return rest.count
    }
}
