import Logging
import NIOCore

/// Says why a connection was closed before it had begun.
final class AcceptFailureLog: ChannelInboundHandler {
    typealias InboundIn = any NIOCore.Channel

    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("a connection could not be set up", metadata: ["reason": "\(error)"])
    }
}
