import NIOCore

/// One operator's connection: takes request lines, answers each with a line, one after the other.
///
/// It reads on only when everything it has read is answered, so that what waits is bounded by one read.
final class OperatorConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The longest request, its line feed not counted.
    static let lineLimit = 1 << 20

    private let administer: @Sendable ([UInt8]) async -> [UInt8]
    private var unread = ByteBuffer()
    /// How many of the bytes in `unread` are known to hold no line feed.
    private var searched = 0
    private var isBusy = false
    private var isInputClosed = false

    init(administer: @escaping @Sendable ([UInt8]) async -> [UInt8]) { self.administer = administer }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        unread.writeBuffer(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) { proceed(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        proceed(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func proceed(_ context: ChannelHandlerContext) {
        guard !isBusy else { return }
        if let line = nextLine() {
            answer(line, context)
        } else if unread.readableBytes > Self.lineLimit {
            refuseLongLine(context)
        } else if isInputClosed {
            context.close(promise: nil)
        } else {
            context.read()
        }
    }

    /// The next request; the last one needs no line feed. Empty lines are passed over.
    private func nextLine() -> [UInt8]? {
        while let length = lengthOfNextLine() {
            guard length <= Self.lineLimit else { return nil }
            let line = unread.readBytes(length: length) ?? []
            unread.moveReaderIndex(forwardBy: min(1, unread.readableBytes))
            unread.discardReadBytes()
            searched = 0
            if !line.allSatisfy({ $0 == 0x0D || $0 == 0x20 }) { return line }
        }
        return nil
    }

    private func lengthOfNextLine() -> Int? {
        let view = unread.readableBytesView
        if let lineFeed = view.dropFirst(searched).firstIndex(of: 0x0A) {
            return view.distance(from: view.startIndex, to: lineFeed)
        }
        searched = view.count
        return isInputClosed && !view.isEmpty ? view.count : nil
    }

    private func answer(_ line: [UInt8], _ context: ChannelHandlerContext) {
        isBusy = true
        let administer = administer
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        promise.completeWithTask { await administer(line) }
        promise.futureResult.whenSuccess { response in
            let (handler, context) = bound.value
            handler.isBusy = false
            guard context.channel.isActive else { return }
            context.writeAndFlush(handler.wrapOutboundOut(ByteBuffer(bytes: response + [0x0A])), promise: nil)
            handler.proceed(context)
        }
    }

    private func refuseLongLine(_ context: ChannelHandlerContext) {
        isBusy = true
        let text = #"{"error":"the request is longer than \#(Self.lineLimit) bytes"}"# + "\n"
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
            .whenComplete { _ in bound.value.close(promise: nil) }
    }
}
