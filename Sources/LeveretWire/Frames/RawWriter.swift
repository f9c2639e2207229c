import LeveretModel

/// Stores big-endian values one behind the other into memory whose size was computed before.
///
/// Its functions are always inlined: a delivery stores about twenty values, and twenty calls cost more than the work.
struct RawWriter {
    private var cursor: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    /// Writes exactly `count` bytes to the beginning of `memory`.
    @inline(__always)
    init(_ memory: UnsafeMutableRawBufferPointer, count: Int) {
        guard let start = memory.baseAddress, memory.count >= count else {
            preconditionFailure("the buffer offers less than was asked for")
        }
        cursor = start
        end = start + count
    }

    @inline(__always)
    mutating func store<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer) {
        precondition(end - cursor >= MemoryLayout<Integer>.size, "more is stored than was computed")
        cursor.storeBytes(of: value.bigEndian, as: Integer.self)
        cursor += MemoryLayout<Integer>.size
    }

    @inline(__always)
    mutating func store(_ method: MethodID) {
        store(UInt32(method.classID) << 16 | UInt32(method.methodID))
    }

    @inline(__always)
    mutating func store(_ bytes: UnsafeRawBufferPointer) {
        precondition(end - cursor >= bytes.count, "more is stored than was computed")
        guard let source = bytes.baseAddress else { return }
        cursor.copyMemory(from: source, byteCount: bytes.count)
        cursor += bytes.count
    }

    @inline(__always)
    mutating func beginFrame(_ kind: FrameKind, channel: UInt16, payload: Int) {
        store(kind.rawValue)
        store(channel)
        store(UInt32(truncatingIfNeeded: payload))
    }

    @inline(__always)
    mutating func endFrame() {
        store(FrameLimits.frameEnd)
    }

    /// Checks that exactly what was computed has been stored.
    @inline(__always)
    func finish() {
        precondition(cursor == end, "less is stored than was computed")
    }
}
