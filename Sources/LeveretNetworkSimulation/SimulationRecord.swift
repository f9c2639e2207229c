import LeveretSimulation

/// What has happened, as a hash and, if somebody wants to read it, in words.
final class SimulationRecord {
    private(set) var trace = Trace()
    private(set) var step = 0
    private var lines: [String] = []
    private var serial = 0
    private let linesKept: Int

    init(linesKept: Int) { self.linesKept = linesKept }

    func beginStep() { step += 1 }

    /// By words, because there are many bytes.
    func mix(_ bytes: UnsafeRawBufferPointer, of connection: Int) {
        trace.mix(UInt64(connection))
        trace.mix(UInt64(bytes.count))
        let wordCount = bytes.count / 8
        for word in 0..<wordCount { trace.mix(bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)) }
        for byte in bytes[(8 * wordCount)...] { trace.mix(UInt64(byte)) }
    }

    func mix(_ number: Int) { trace.mix(UInt64(number)) }

    func note(_ line: () -> String) {
        guard linesKept > 0 else { return }
        lines.append("\(step) \(line())")
        if lines.count / 2 > linesKept { lines.removeFirst(linesKept) }
    }

    /// The latest lines.
    var history: String { lines.suffix(linesKept).joined(separator: "\n") }

    func nextSerial() -> Int {
        serial += 1
        return serial
    }
}
