import Leveret
import LeveretCore
import LeveretWire
import NIOCore
import Synchronization

/// Takes the effects of one session on any thread, and keeps their bytes until the connection's event loop writes
/// them.
///
/// Rendering happens while the core is locked, because records may be read only then; it is a copy per message.
final class OutboundQueue: SessionSink {
    /// Bytes that the socket is to take, and what their deliveries count for in the outbound window.
    struct Outgoing {
        var buffer: ByteBuffer
        var cost: Int
    }

    private let lock = Mutex(())
    // Guarded by `lock`. Not inside of it, because effects are not sendable and yet are rendered under it.
    private nonisolated(unsafe) var state = OutboundState()
    private let isWakeUpDue = Atomic<Bool>(false)
    private let connection: ConnectionReference

    /// - Parameter connection: who is woken.
    init(connection: ConnectionReference) { self.connection = connection }

    func receive(_ effects: UnsafeBufferPointer<Effect>) {
        lock.withLock { _ in state.render(effects) }
    }

    func wake() {
        if connection.isOnEventLoop {
            connection.value?.wake()
        } else if !isWakeUpDue.exchange(true, ordering: .acquiringAndReleasing) {
            connection.execute { [self] handler in
                isWakeUpDue.store(false, ordering: .releasing)
                handler.wake()
            }
        }
    }

    func journalCaughtUp() {
        connection.execute { $0.journalCaughtUp() }
    }
}

extension OutboundQueue {
    /// Changes what effects are rendered with, or appends to the bytes.
    func update<Result>(_ change: (inout OutboundState) -> Result) -> Result {
        lock.withLock { _ in change(&state) }
    }

    /// Appends a method's frame.
    func write(_ method: Method, channel: UInt16 = 0) {
        update { $0.write(method, channel: channel) }
    }

    /// The events that the connection's machine has not heard of.
    func takeEvents() -> [SessionEvent] {
        update { state in
            guard !state.events.isEmpty else { return [] }
            defer { state.events = [] }
            return state.events
        }
    }

    /// Whether there is anything to write or an event to hear of.
    var hasWork: Bool { update { $0.buffer.readableBytes > 0 || !$0.events.isEmpty } }

    /// How many bytes wait.
    var byteCount: Int { update { $0.buffer.readableBytes } }

    /// Takes all bytes that wait, and leaves `empty`, whose memory is used again.
    func take(leaving empty: ByteBuffer) -> Outgoing {
        update { state in
            let outgoing = Outgoing(buffer: state.buffer, cost: state.cost)
            state.buffer = empty
            state.cost = 0
            return outgoing
        }
    }
}
