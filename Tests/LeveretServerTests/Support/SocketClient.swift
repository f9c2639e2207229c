import LeveretWire
import NIOCore
import NIOPosix

/// A client on a real socket: bytes out, bytes in.
enum SocketClient {
    /// Connects, calls `body`, and closes.
    static func connect<Result>(
        port: Int,
        _ body: (inout Conversation) async throws -> Result
    ) async throws -> Result {
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try makeAsync(channel) }
        }
        return try await converse(channel, body)
    }

    static func connect<Result>(
        path: String,
        _ body: (inout Conversation) async throws -> Result
    ) async throws -> Result {
        let channel = try await bootstrap.connect(unixDomainSocketPath: path) { channel in
            channel.eventLoop.makeCompletedFuture { try makeAsync(channel) }
        }
        return try await converse(channel, body)
    }

    private static func makeAsync(
        _ channel: any NIOCore.Channel
    ) throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    private static var bootstrap: ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
    }

    private static func converse<Result>(
        _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ body: (inout Conversation) async throws -> Result
    ) async throws -> Result {
        try await channel.executeThenClose { inbound, outbound in
            var conversation = Conversation(
                channel: channel.channel,
                inbound: inbound.makeAsyncIterator(),
                outbound: outbound
            )
            return try await body(&conversation)
        }
    }

    /// The server closed the connection before the channel was open.
    struct ConnectionEnded: Error {}

    /// What goes to and fro on one connection.
    struct Conversation {
        let channel: any NIOCore.Channel
        fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        private var reader = FrameReader()

        fileprivate init(
            channel: any NIOCore.Channel,
            inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
            outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        ) {
            self.channel = channel
            self.inbound = inbound
            self.outbound = outbound
        }

        func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

        /// Says that nothing more will be sent.
        func finish() async throws { try await channel.close(mode: .output) }

        /// The next bytes, or `nil` when the other side has closed.
        mutating func read() async throws -> [UInt8]? {
            try await inbound.next().map { Array($0.readableBytesView) }
        }

        /// Everything until the other side closes.
        mutating func readToEnd() async throws -> [UInt8] {
            var all: [UInt8] = []
            while let bytes = try await read() { all += bytes }
            return all
        }

        /// The next frame, or `nil` when the other side has closed.
        mutating func nextFrame() async throws -> Received? {
            while true {
                if let frame = try reader.next() { return frame }
                guard let bytes = try await read() else { return nil }
                reader.append(bytes)
            }
        }

        /// The next line, without its end.
        mutating func nextLine() async throws -> String? {
            var line: [UInt8] = []
            while let bytes = try await read() {
                line += bytes
                if line.last == 0x0A { return String(decoding: line.dropLast(), as: UTF8.self) }
            }
            return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
        }

        /// Opens the connection and a channel.
        mutating func openChannel(_ number: UInt16 = 1) async throws {
            try await send(
                ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk() + ClientBytes.open()
                    + ClientBytes.openChannel(number)
            )
            while let frame = try await nextFrame() {
                if frame.method?.id == ChannelOpenOk.id { return }
            }
            throw ConnectionEnded()
        }
    }
}
