/// The memory in which a channel gathers a content: the method, the properties and the body one behind the other.
///
/// It is a class for the sake of a stable address, and grows with what arrives, not with what is announced.
final class ContentStorage {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var methodEnd = 0
    private var propertiesEnd = 0
    private var end = 0

    /// Memory that is kept for the next content.
    private static let keptCapacity = 64 * 1024
    private static let firstCapacity = 512

    deinit { memory.deallocate() }

    var method: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory).part(0, methodEnd) }
    var properties: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory).part(methodEnd, propertiesEnd) }
    var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory).part(propertiesEnd, end) }

    func begin(method: UnsafeRawBufferPointer) {
        clear()
        append(method, expected: method.count)
        methodEnd = end
        propertiesEnd = end
    }

    func append(properties: UnsafeRawBufferPointer) {
        append(properties, expected: end + properties.count)
        propertiesEnd = end
    }

    /// Appends a part of a body of which `announced` bytes are to come altogether.
    func append(body part: UnsafeRawBufferPointer, announced: Int) {
        append(part, expected: propertiesEnd + announced)
    }

    func clear() {
        methodEnd = 0
        propertiesEnd = 0
        end = 0
        guard memory.count > Self.keptCapacity else { return }
        memory.deallocate()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private func append(_ bytes: UnsafeRawBufferPointer, expected: Int) {
        guard !bytes.isEmpty else { return }
        reserve(end + bytes.count, expected: expected)
        UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: bytes)
        end += bytes.count
    }

    private func reserve(_ needed: Int, expected: Int) {
        guard needed > memory.count else { return }
        let generous = min(max(2 * memory.count, 2 * needed), expected)
        let capacity = max(needed, generous, Self.firstCapacity)
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        if end > 0 { grown.copyMemory(from: UnsafeRawBufferPointer(memory).part(0, end)) }
        memory.deallocate()
        memory = grown
    }
}
