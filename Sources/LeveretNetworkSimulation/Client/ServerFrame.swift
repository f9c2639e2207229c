/// A frame as it came from the server, found without the codec's help.
struct ServerFrame {
    var kind: UInt8
    var channel: UInt16
    var payload: ArraySlice<UInt8>

    /// The frame at the beginning of the bytes; `nil` if it is not complete.
    ///
    /// - Throws: `Malformed` if it cannot be one.
    init?(at bytes: ArraySlice<UInt8>) throws {
        guard bytes.count >= 7 else { return nil }
        let start = bytes.startIndex
        kind = bytes[start]
        channel = UInt16(bytes[start + 1]) << 8 | UInt16(bytes[start + 2])
        let size = bytes[(start + 3)..<(start + 7)].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= size + 8 else { return nil }
        guard bytes[start + 7 + size] == 0xCE else { throw Malformed() }
        payload = bytes[(start + 7)..<(start + 7 + size)]
    }

    /// The end is not where the size says.
    struct Malformed: Error {}

    /// How long it is, all included.
    var count: Int { payload.count + 8 }
}
