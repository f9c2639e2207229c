import LeveretWire

/// One channel number of a connection, from channel.open until the number is free again.
///
///     open -> leaving (the client closes; the broker has yet to let go) -> free
///     open -> closing (the broker closes; the client has yet to agree)  -> free
///
/// A class, because the content that it assembles must keep its address while a batch refers to it.
final class ChannelStateMachine {
    enum State: Equatable {
        case open
        case leaving
        case closing
    }

    /// What to do when the core has closed the channel because the client asked for it.
    enum ClosedAction: Equatable {
        case sendCloseOk
        case nothing
    }

    /// What to do when the channel is to be closed with an error.
    enum FailedAction: Equatable {
        case sendClose
        /// Both sides close at once: say so, and answer the client's close as well.
        case sendCloseAndCloseOk
        case nothing
    }

    let number: UInt16
    private(set) var state = State.open
    /// Used by one function at a time, on the connection's event loop: checking that again for each frame would cost
    /// more than the use itself.
    @exclusivity(unchecked) var assembler: ContentAssembler
    /// The batch that refers to the assembler's memory, if one does.
    private var generation = -1
    private var spareAssembler: ContentAssembler
    private var spareGeneration = -1

    init(number: UInt16, bodyLimit: Int) {
        self.number = number
        assembler = ContentAssembler(bodyLimit: bodyLimit)
        spareAssembler = ContentAssembler(bodyLimit: bodyLimit)
    }

    /// The batch refers to the content that has just been assembled.
    func keepAssembled(for batch: Int) { generation = batch }

    /// Makes `assembler` one that the batch does not refer to; `false` if there is none.
    ///
    /// There are two, because a read usually completes one content and ends within another.
    func freeAssembler(for batch: Int) -> Bool {
        guard generation == batch else { return true }
        guard spareGeneration != batch else { return false }
        swap(&assembler, &spareAssembler)
        swap(&generation, &spareGeneration)
        return true
    }

    /// The client closes the channel.
    func leave() { state = .leaving }

    func closed() -> ClosedAction { state == .leaving ? .sendCloseOk : .nothing }

    func failed() -> FailedAction {
        defer { state = .closing }
        return switch state {
        case .open: .sendClose
        case .leaving: .sendCloseAndCloseOk
        case .closing: .nothing
        }
    }
}
