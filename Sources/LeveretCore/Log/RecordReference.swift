/// A record of the message log, to be read in place.
///
/// The memory is not retained: the reference is good until the next command is applied, unless its holder retains
/// `memory`, which keeps the bytes from being recycled.
package struct RecordReference {
    private let unretainedMemory: Unmanaged<SegmentMemory>
    private let offset: UInt32

    init(memory: SegmentMemory, offset: UInt32) {
        unretainedMemory = Unmanaged.passUnretained(memory)
        self.offset = offset
    }

    /// The memory that the record lies in.
    package var memory: SegmentMemory { unretainedMemory.takeUnretainedValue() }

    package func lies(in memory: SegmentMemory) -> Bool {
        unretainedMemory.toOpaque() == Unmanaged.passUnretained(memory).toOpaque()
    }

    /// The record's parts, in place.
    package var record: Record {
        unretainedMemory._withUnsafeGuaranteedRef {
            Record(at: UnsafeRawPointer($0.bytes.baseAddress!).advanced(by: Int(offset)))
        }
    }
}
