import LeveretModel
import LeveretWire

/// A frame where it lies among the received bytes, valid until more is received.
struct RawFrame {
    var type: UInt8
    var payload: UnsafeRawBufferPointer

    @inline(__always)
    var size: Int { payload.count }

    /// The method's numbers; the payload of a method frame must have been found to hold them.
    @inline(__always)
    var method: MethodID { MethodID(classID: uint16(at: 0), methodID: uint16(at: 2)) }

    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: payload.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func uint64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: payload.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

/// Received bytes and how far they have been read.
struct ReceiveBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    // Kept here because another module's constants cost a call each.
    private let headerSize = FrameLimits.headerSize
    private let overhead = FrameLimits.overhead
    private let frameEnd = FrameLimits.frameEnd

    init(capacity: Int) {
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// Where the next bytes go. What is unread moves to the front if there is little room behind it.
    mutating func room() -> UnsafeMutableRawBufferPointer {
        if start == end {
            start = 0
            end = 0
        } else if memory.count - end < memory.count / 4 {
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
            end -= start
            start = 0
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[end...])
    }

    mutating func commit(_ count: Int) { end += count }

    @inline(__always)
    mutating func nextFrame() throws(LoadFailure) -> RawFrame? {
        let available = end - start
        guard available >= overhead else { return nil }
        let size = Int(UInt32(bigEndian: memory.loadUnaligned(fromByteOffset: start + 3, as: UInt32.self)))
        guard available >= size + overhead else {
            guard size + overhead <= memory.count / 2 else {
                throw .violation("a frame of \(size) bytes")
            }
            return nil
        }
        let first = start + headerSize
        guard memory[first + size] == frameEnd else { throw .violation("a frame without its end octet") }
        let type = memory[start]
        start = first + size + 1
        return RawFrame(type: type, payload: UnsafeRawBufferPointer(rebasing: memory[first..<(first + size)]))
    }
}
