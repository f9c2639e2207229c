#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sends some bytes over TCP to another thread, which sends them back, over and over.
struct RoundTripRun {
    let run: MachineRun
    /// What the other thread does before it sends the bytes back.
    var beforeAnswering: @Sendable () -> Void = {}

    /// As much as a small message takes on the wire.
    static let bytes = 100
    static let timeoutMilliseconds = 10_000

    func execute() throws -> LatencyHistogram {
        let peer = "the other thread"
        let listener = try LoopbackListener(peer: peer)
        let near = try StreamSocket.connect(host: LoopbackListener.host, port: listener.port, peer: peer)
        guard let far = try listener.accept(milliseconds: Int32(Self.timeoutMilliseconds)) else { throw Self.silence }
        near.setTimeout(milliseconds: Self.timeoutMilliseconds)
        let echo = try NativeThread.start { Self.sendBack(far, after: beforeAnswering) }
        defer {
            near.endSending()
            echo.join()
        }
        var latencies = LatencyHistogram()
        var content = [UInt8](repeating: 1, count: Self.bytes)
        _ = try content.withUnsafeMutableBytes { content in
            try run.measure {
                let start = MonotonicClock.now()
                try Self.exchange(content, over: near)
                latencies.record(MonotonicClock.now() - start)
                return true
            }
        }
        return latencies
    }

    /// Sends a request and waits for an answer of the same length.
    static func exchange(_ content: UnsafeMutableRawBufferPointer, over socket: StreamSocket) throws(SystemError) {
        try socket.sendAll(UnsafeRawBufferPointer(content))
        guard try socket.receiveAll(into: content) else { throw silence }
    }

    /// Answers each request with the same bytes until the peer closes its side. A failure ends the answers, which the
    /// peer notices.
    static func sendBack(_ socket: StreamSocket, after work: () -> Void = {}) {
        var content = [UInt8](repeating: 0, count: bytes)
        content.withUnsafeMutableBytes { content in
            do throws(SystemError) {
                while try socket.receiveAll(into: content) {
                    work()
                    try socket.sendAll(UnsafeRawBufferPointer(content))
                }
            } catch {
                socket.endSending()
            }
        }
    }

    private static var silence: SystemError {
        SystemError(code: ECONNABORTED, action: "exchange bytes over \(LoopbackListener.host)")
    }
}
