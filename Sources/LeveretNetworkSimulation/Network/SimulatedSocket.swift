import NIOCore

/// The server's end of a socket: takes as many bytes as fit between it and its client, and no more.
final class SimulatedSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Write {
        var left: Int
        var promise: EventLoopPromise<Void>?
    }

    /// How many bytes there may be between both ends.
    var capacity: Int
    /// How many there are.
    private(set) var inTransit = 0
    /// Nothing follows what is in transit.
    private(set) var isFinished = false
    /// Sees what the server writes, at once.
    var onWrite: (ByteBuffer) -> Void = { _ in }
    /// Hears that the server closes, before anything comes of it.
    var onClose: () -> Void = {}
    private var waiting: [Write] = []
    private var finishing: EventLoopPromise<Void>?
    private var isFinishing = false

    init(capacity: Int) { self.capacity = capacity }

    /// Whether the server waits for the client to read.
    var isBlocked: Bool { !waiting.isEmpty }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        onWrite(buffer)
        waiting.append(Write(left: buffer.readableBytes, promise: promise))
    }

    func flush(context: ChannelHandlerContext) { pump() }

    /// The client reads.
    func take(_ count: Int) {
        inTransit -= count
        pump()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else {
            isFinishing = true
            finishing = promise
            return pump()
        }
        onClose()
        abandon()
        context.close(mode: mode, promise: promise)
    }

    /// The connection is gone: what was not taken never will be.
    func abandon() {
        var left = waiting.map(\.promise)
        left.append(finishing)
        waiting = []
        finishing = nil
        isFinishing = false
        isFinished = true
        for promise in left { promise?.fail(ChannelError.ioOnClosedChannel) }
    }

    /// Takes what there is room for. A write that is complete may bring the next one.
    private func pump() {
        while !waiting.isEmpty, inTransit < capacity {
            let moved = min(waiting[0].left, capacity - inTransit)
            inTransit += moved
            waiting[0].left -= moved
            guard waiting[0].left == 0 else { return }
            waiting.removeFirst().promise?.succeed(())
        }
        guard isFinishing, waiting.isEmpty else { return }
        isFinished = true
        isFinishing = false
        let promise = finishing
        finishing = nil
        promise?.succeed(())
    }
}
