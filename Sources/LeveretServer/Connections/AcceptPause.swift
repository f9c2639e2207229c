import Logging
import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Accepts nobody for a moment when the system has nothing left to accept a connection with: trying again at once would
/// take a whole processor and help nobody. Clients wait meanwhile in the system's own queue.
final class AcceptPause: ChannelDuplexHandler {
    typealias InboundIn = any NIOCore.Channel
    typealias OutboundIn = any NIOCore.Channel

    private static let duration = TimeAmount.seconds(1)
    /// No descriptor left for the process, or for the machine; no memory for a socket.
    private static let shortages: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private let logger: Logger
    private var end: Scheduled<Void>?
    /// Whether somebody wanted to accept meanwhile.
    private var isReadPending = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let system = error as? IOError, Self.shortages.contains(system.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        guard end == nil else { return }
        logger.warning(
            "no connection can be accepted for now: allow the process more open files",
            metadata: ["reason": "\(system)"]
        )
        let place = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        end = context.eventLoop.scheduleTask(in: Self.duration) {
            let (pause, context) = place.value
            pause.finish(context)
        }
    }

    func read(context: ChannelHandlerContext) {
        if end == nil { context.read() } else { isReadPending = true }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
    }

    private func finish(_ context: ChannelHandlerContext) {
        end = nil
        guard isReadPending else { return }
        isReadPending = false
        context.read()
    }
}
