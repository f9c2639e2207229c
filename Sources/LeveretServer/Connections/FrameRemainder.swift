/// The beginning of a frame whose end has not come yet.
///
/// The memory keeps its address while bytes are taken out, so that what was parsed in it can be pointed at until
/// the next frame is kept.
struct FrameRemainder: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var count = 0

    private static let firstCapacity = 1024

    deinit { memory.deallocate() }

    var isEmpty: Bool { count == 0 }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    mutating func append(_ more: Slice<UnsafeRawBufferPointer>) {
        guard !more.isEmpty else { return }
        reserve(count + more.count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: .init(rebasing: more))
        count += more.count
    }

    /// Forgets the bytes, which stay where they are until the next `append`.
    mutating func removeAll() { count = 0 }

    /// Gives the memory back if nothing is in it.
    mutating func releaseMemory() {
        guard count == 0 else { return }
        memory.deallocate()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private mutating func reserve(_ needed: Int) {
        guard needed > memory.count else { return }
        let grown = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, 2 * memory.count, Self.firstCapacity),
            alignment: 1
        )
        grown.copyMemory(from: bytes)
        memory.deallocate()
        memory = grown
    }
}
