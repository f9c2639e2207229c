import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import LeveretServer

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A listener when the system has no descriptor left.
@Suite struct AcceptPauseTests {
    private let channel = EmbeddedChannel()
    private let reads = ReadCounter()

    init() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try channel.pipeline.syncOperations.addHandlers([reads, AcceptPause(logger: logger)])
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func `nobody is accepted for a second, then it is tried again`(shortage: CInt) throws {
        channel.read()
        #expect(reads.count == 1)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: shortage, reason: "accept"))
        channel.read()
        channel.read()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(reads.count == 1)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(reads.count == 2)
        channel.read()
        #expect(reads.count == 3)
        try channel.throwIfErrorCaught()
    }

    @Test func `a client that has left before it was accepted changes nothing`() {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        channel.read()
        #expect(reads.count == 1)
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
    }

    @Test func `a listener that closes meanwhile wants nothing more`() throws {
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
        channel.read()
        _ = try channel.finish()
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(reads.count == 0)
    }
}

/// Counts how often something wanted to read.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = any NIOCore.Channel

    private(set) var count = 0

    func read(context: ChannelHandlerContext) { count += 1 }
}
