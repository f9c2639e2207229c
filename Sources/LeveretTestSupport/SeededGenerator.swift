/// A sequence of numbers that a seed determines, so that a failing test can be run again.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    package mutating func text(upTo length: Int) -> String {
        let alphabet = Array("abcdefghij.-ä€😀")
        return String((0..<Int.random(in: 0...length, using: &self)).map { _ in pick(alphabet) })
    }

    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }

    package mutating func maybe<Value>(_ value: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &self) ? value(&self) : nil
    }

    /// Changes some bytes, and sometimes the length.
    package mutating func mutated(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes.remove(at: index)
            case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &self), at: index)
            case 2: bytes.removeSubrange(index...)
            case 3: bytes[index] = pick([0, 1, 0x7F, 0x80, 0xFF])
            default: bytes[index] = UInt8.random(in: .min ... .max, using: &self)
            }
        }
        return bytes
    }
}
