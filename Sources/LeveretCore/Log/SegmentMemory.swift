/// A fixed block of memory that holds records of the message log, one behind the other.
///
/// The core appends at the end; what lies before the end never changes until the block is recycled, and a block
/// is recycled only when nobody else holds it. Readers on other threads (the journal's, a delivery's holder) may
/// therefore read what they were handed without a lock.
package final class SegmentMemory: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer

    package init(capacity: Int) {
        bytes = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { bytes.deallocate() }

    package var capacity: Int { bytes.count }
}
