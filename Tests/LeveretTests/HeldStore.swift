import Foundation
import LeveretCore

/// A journal that keeps nothing, and commits nothing while it is held. A copy of it takes until it is told to end.
final class HeldStore: JournalStore, @unchecked Sendable {
    // Unchecked: what changes is touched only with the condition locked.
    private let condition = NSCondition()
    private var isHeld = false
    private var copiesMayEnd = false

    func hold() { condition.withLock { isHeld = true } }

    func release() {
        condition.withLock {
            isHeld = false
            condition.broadcast()
        }
    }

    func endCopies() { condition.withLock { copiesMayEnd = true } }

    func commit(_ batch: JournalBatch) throws {
        condition.withLock { while isHeld { condition.wait() } }
    }

    func recover() throws -> RecoveredState { RecoveredState() }
    func tidy(isIdle: Bool) throws -> Bool { false }
    func readSegment(_ id: SegmentID, into room: (Int) -> UnsafeMutableRawBufferPointer) throws {
        throw HeldStore.keepsNothing
    }
    func loadIndex(_ id: SegmentID) throws -> [UInt8] { throw HeldStore.keepsNothing }
    func copy(to directory: String) throws -> any JournalCopy { HeldCopy(store: self) }
    func close() {}

    private static let keepsNothing = JournalFailure(isRetryable: false, text: "this journal keeps nothing")

    private final class HeldCopy: JournalCopy {
        private let store: HeldStore

        init(store: HeldStore) { self.store = store }

        func step() throws -> Bool { store.condition.withLock { !store.copiesMayEnd } }
    }
}
