public import Leveret
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// The way for operators on this machine to a running broker: a socket file that only the broker's own user may
/// open. Each line that comes in is a request in JSON, each is answered by one line.
public final class OperatorSocket: Sendable {
    private enum Phase {
        case idle
        case listening(any NIOCore.Channel, MultiThreadedEventLoopGroup)
        case stopped
    }

    /// Where the socket file is.
    public let path: String
    private let administer: @Sendable ([UInt8]) async -> [UInt8]
    private let logger: Logger
    private let phase = Mutex(Phase.idle)

    /// A socket file named `leveret.sock` in the broker's data directory.
    public convenience init(broker: Broker, directory: String, logger: Logger) {
        let path = directory.hasSuffix("/") ? directory + "leveret.sock" : directory + "/leveret.sock"
        self.init(path: path, logger: logger) { await broker.administer(requestLine: $0) }
    }

    package init(path: String, logger: Logger, administer: @escaping @Sendable ([UInt8]) async -> [UInt8]) {
        self.path = path
        self.logger = logger
        self.administer = administer
    }

    /// Begins to listen.
    ///
    /// - Throws: `ServerError` if the file cannot be made: the path is too long, the directory is not writable, or
    ///   another broker is alive there.
    public func start() async throws {
        let descriptor = try UnixSocketFile.listen(path: path, mode: 0o600, backlog: 16)
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try await makeBootstrap(eventLoops).withBoundSocket(descriptor).get()
        phase.withLock { $0 = .listening(listener, eventLoops) }
        logger.debug("operator socket is open", metadata: ["leveret_path": "\(path)"])
    }

    private func makeBootstrap(_ eventLoops: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: eventLoops)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [administer] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = OperatorConnectionHandler(administer: administer)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
    }

    /// Stops listening, drops the operators' connections and removes the file.
    public func shutDown() async {
        let listening = phase.withLock { phase -> (any NIOCore.Channel, MultiThreadedEventLoopGroup)? in
            defer { phase = .stopped }
            if case .listening(let listener, let eventLoops) = phase { return (listener, eventLoops) }
            return nil
        }
        guard let (listener, eventLoops) = listening else { return }
        try? await listener.close()
        UnixSocketFile.remove(path: path)
        try? await eventLoops.shutdownGracefully()
    }
}

extension OperatorSocket: Service {
    /// Listens until the service group shuts down.
    public func run() async throws {
        if phase.withLock({ if case .idle = $0 { true } else { false } }) { try await start() }
        try? await gracefulShutdown()
        await shutDown()
    }
}
