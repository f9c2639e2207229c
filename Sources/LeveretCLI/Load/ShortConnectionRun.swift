import Synchronization

/// Opens TCP connections to another thread, exchanges some bytes over each, and closes it before the next.
struct ShortConnectionRun {
    /// Requests with an answer over each connection.
    let exchanges: Int
    let run: MachineRun

    /// So that the system has ports for all of them, which it does not give out again for a minute.
    private static let mostConnections = 10_000
    private static let acceptMilliseconds: Int32 = 50

    func execute() throws -> MachineResult.Connections {
        let listener = try LoopbackListener(peer: "the other thread")
        let isOver = SharedFlag()
        let server = try NativeThread.start { Self.serve(listener, until: isOver) }
        defer {
            isOver.raise()
            server.join()
        }
        var latencies = LatencyHistogram()
        var content = [UInt8](repeating: 1, count: RoundTripRun.bytes)
        let seconds = try content.withUnsafeMutableBytes { content in
            try run.measure {
                try connect(to: listener.port, content, &latencies)
                return latencies.count < Self.mostConnections
            }
        }
        return MachineResult.Connections(exchanges: exchanges, seconds: seconds, openLatencies: latencies)
    }

    /// One connection from its opening until the other thread has closed it too.
    private func connect(
        to port: Int,
        _ content: UnsafeMutableRawBufferPointer,
        _ latencies: inout LatencyHistogram
    ) throws(SystemError) {
        let start = MonotonicClock.now()
        let socket = try StreamSocket.connect(host: LoopbackListener.host, port: port, peer: "the other thread")
        socket.setTimeout(milliseconds: RoundTripRun.timeoutMilliseconds)
        for _ in 0..<exchanges { try RoundTripRun.exchange(content, over: socket) }
        latencies.record(MonotonicClock.now() - start)
        socket.endSending()
        _ = try socket.receiveAll(into: content)
    }

    /// A failure ends the accepting, which the other side notices: nobody answers it.
    private static func serve(_ listener: LoopbackListener, until isOver: SharedFlag) {
        while !isOver.isRaised {
            do throws(SystemError) {
                if let socket = try listener.accept(milliseconds: acceptMilliseconds) { RoundTripRun.sendBack(socket) }
            } catch {
                return
            }
        }
    }
}

/// What one thread tells another once.
private final class SharedFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRaised: Bool { flag.load(ordering: .relaxed) }

    func raise() { flag.store(true, ordering: .relaxed) }
}
