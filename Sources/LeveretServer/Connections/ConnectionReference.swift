import NIOCore

/// A way to a connection's handler from any thread. It leads nowhere once the connection is gone.
final class ConnectionReference: Sendable {
    private let eventLoop: any EventLoop
    private let handler: NIOLoopBoundBox<ConnectionHandler?>

    /// To be made on the event loop.
    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        handler = NIOLoopBoundBox(nil, eventLoop: eventLoop)
    }

    /// The handler, on the event loop only.
    var value: ConnectionHandler? {
        get { handler.value }
        set { handler.value = newValue }
    }

    var isOnEventLoop: Bool { eventLoop.inEventLoop }

    /// Does something with the handler on its event loop, soon.
    func execute(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { [self] in
            if let handler = handler.value { body(handler) }
        }
    }
}
