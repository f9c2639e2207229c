import NIOCore
import Synchronization

/// How far the writing of a connection is.
struct FlushState {
    /// A write has been handed to the socket and has not been taken completely.
    var isWriting = false
    /// `flush` is at work; what comes in the meantime is seen by it.
    var isFlushing = false
    /// What becomes of the connection as soon as everything is written.
    var ending = Ending.none
    /// Memory for the next bytes to gather in. It is cleared when it is used again: before, it may still be shared.
    var spare = ByteBuffer()
    /// What was handed to the socket and not taken.
    var inFlight = ByteBuffer()

    enum Ending: Equatable {
        case none
        /// The socket is closed.
        case close
        /// The server says nothing more, and passes over what the client still sends until it hangs up. If the
        /// socket were closed with that in it, the system would reset the connection, and the last frame that was
        /// written might never be read.
        case awaitClient
        /// All is said; the client has yet to hang up.
        case awaitingClient
    }

    /// More memory than this is not kept for the next time.
    static let keptCapacity = 1 << 20
    /// So many writes may follow each other before other connections get their turn.
    static let roundsMax = 4

    mutating func takeSpare() -> ByteBuffer {
        var empty = spare
        spare = ByteBuffer()
        empty.clear()
        return empty
    }

    mutating func keep(_ buffer: ByteBuffer) {
        if buffer.capacity <= Self.keptCapacity { spare = buffer }
    }
}

// Writing: one write at a time, of everything that has gathered since the last.

extension ConnectionHandler {
    /// Hears the core's events and writes what there is to write.
    ///
    /// A write may be taken at once and let the core deliver more, which is written in another round.
    func flush() {
        guard !flushing.isFlushing, context != nil else { return }
        flushing.isFlushing = true
        var rounds = 0
        repeat {
            takeEvents()
            writeOnce()
            tellDrained()
            rounds += 1
        } while !flushing.isWriting && outbound.hasWork && rounds < FlushState.roundsMax
        flushing.isFlushing = false
        if !flushing.isWriting, outbound.hasWork { reference.execute { $0.flush() } }
        closeIfDone()
        watchBacklog()
    }

    private func writeOnce() {
        guard !flushing.isWriting, let context, context.channel.isActive else { return }
        let outgoing = outbound.take(leaving: flushing.takeSpare())
        guard outgoing.buffer.readableBytes > 0 else {
            flushing.keep(outgoing.buffer)
            return
        }
        flushing.isWriting = true
        flushing.inFlight = outgoing.buffer
        noteSent(outgoing.buffer.readableBytes)
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(outgoing.buffer), promise: promise)
        let cost = outgoing.cost
        promise.futureResult.whenSuccess { [reference] in reference.value?.wrote(cost: cost) }
    }

    private func wrote(cost: Int) {
        flushing.isWriting = false
        flushing.keep(flushing.inFlight)
        flushing.inFlight = ByteBuffer()
        drainAccount.wrote(cost: cost)
        flush()
    }

    private func closeIfDone() {
        guard !flushing.isWriting, !outbound.hasWork, let context else { return }
        switch flushing.ending {
        case .none, .awaitingClient: break
        case .close: context.close(promise: nil)
        case .awaitClient: awaitClient(context)
        }
    }

    private func awaitClient(_ context: ChannelHandlerContext) {
        flushing.ending = .awaitingClient
        stopHeartbeat()
        gate = ReadGate()
        updateReading()
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenFailure { [reference] _ in reference.value?.context?.close(promise: nil) }
        context.close(mode: .output, promise: promise)
    }

    /// A client that asks and does not take the answers is not read until it has taken half of them.
    private func watchBacklog() {
        let limit = server.configuration.outboundBytesMax
        let waiting = flushing.inFlight.readableBytes + outbound.byteCount
        record?.waitingBytes.store(waiting, ordering: .relaxed)
        if waiting > limit {
            gate.isOutboundFull = true
        } else if waiting <= limit / 2 {
            gate.isOutboundFull = false
        }
        updateReading()
    }
}
