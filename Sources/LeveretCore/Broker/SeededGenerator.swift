/// The core's only source of chance: the same seed gives the same numbers (ChaCha20, the seed as its key). Who has seen
/// some of the numbers can work out none of the others, so names made of them may serve as secrets.
struct SeededGenerator: RandomNumberGenerator {
    private var state: [UInt32]
    private var block: [UInt32] = []

    init(seed: UInt64) {
        let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 0, 0, 0, 0, 0, 0]
        // The words of "expand 32-byte k", the key, a counter and a nonce.
        state = [0x6170_7865, 0x3320_646E, 0x7962_2D32, 0x6B20_6574] + key + [0, 0, 0, 0]
    }

    mutating func next() -> UInt64 {
        if block.isEmpty { fill() }
        let high = UInt64(block.removeLast())
        let low = UInt64(block.removeLast())
        return high << 32 | low
    }

    private mutating func fill() {
        block = state
        for _ in 0..<10 {
            for column in 0..<4 { mix(column, 4 + column, 8 + column, 12 + column) }
            for column in 0..<4 {
                mix(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
            }
        }
        for index in block.indices { block[index] &+= state[index] }
        state[12] &+= 1
        if state[12] == 0 { state[13] &+= 1 }
    }

    private mutating func mix(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        add(b, to: a, turning: d, by: 16)
        add(d, to: c, turning: b, by: 12)
        add(b, to: a, turning: d, by: 8)
        add(d, to: c, turning: b, by: 7)
    }

    private mutating func add(_ source: Int, to sum: Int, turning word: Int, by bits: UInt32) {
        block[sum] &+= block[source]
        let mixed = block[word] ^ block[sum]
        block[word] = mixed << bits | mixed >> (32 - bits)
    }

    /// A name that RabbitMQ would make: the prefix and 22 characters that are safe in URLs.
    mutating func name(prefix: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var characters: [UInt8] = []
        for _ in 0..<22 { characters.append(alphabet[Int(next() & 63)]) }
        return prefix + String(decoding: characters, as: UTF8.self)
    }
}
