import Foundation
import LeveretCore

/// A journal that keeps nothing, and commits nothing while it is held.
final class HeldStore: JournalStore, @unchecked Sendable {
    // Unchecked: `isHeld` is touched only with the condition locked.
    private let condition = NSCondition()
    private var isHeld = false

    func hold() { condition.withLock { isHeld = true } }

    func release() {
        condition.withLock {
            isHeld = false
            condition.broadcast()
        }
    }

    func commit(_ batch: JournalBatch) throws {
        condition.withLock { while isHeld { condition.wait() } }
    }

    func recover() throws -> RecoveredState { RecoveredState() }
    func tidy(isIdle: Bool) throws -> Bool { false }
    func loadSegment(_ id: SegmentID) throws -> [UInt8] { throw HeldStore.keepsNothing }
    func loadIndex(_ id: SegmentID) throws -> [UInt8] { throw HeldStore.keepsNothing }
    func copy(to directory: String) throws -> any JournalCopy { throw HeldStore.keepsNothing }
    func close() {}

    private static let keepsNothing = JournalFailure(isRetryable: false, text: "this journal keeps nothing")
}
