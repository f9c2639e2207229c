/// What the first bytes of a connection say that the peer speaks.
package enum ProtocolHeader: Sendable, Hashable {
    /// `AMQP 0 0 9 1`
    case version091
    /// `AMQP 1 1 0 9`, the older way to ask for the same
    case version09
    /// `AMQP` and four octets that name something else
    case unsupported(UInt8, UInt8, UInt8, UInt8)
    /// An HTTP request
    case http
    /// The beginning of TLS: a ClientHello, or an alert of a server that expected one
    case tls
    /// Anything else
    case unknown

    /// How many bytes a protocol header has.
    package static let size = 8

    /// The header that a client sends, and that a server answers to one it does not support.
    package static let supported: [UInt8] = name + [0, 0, 9, 1]

    private static let name: [UInt8] = Array("AMQP".utf8)
    private static let httpMethods = ["GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI "]

    /// Reads what has been received, or is `nil` if that is not enough to tell.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.name.count else { return nil }
        let start = bytes.prefix(Self.name.count)
        guard start.elementsEqual(Self.name) else {
            self = Self.foreign(start)
            return
        }
        guard bytes.count >= Self.size else { return nil }
        self =
            switch (bytes[4], bytes[5], bytes[6], bytes[7]) {
            case (0, 0, 9, 1): .version091
            case (1, 1, 0, 9): .version09
            case (let first, let second, let third, let fourth): .unsupported(first, second, third, fourth)
            }
    }

    /// Whether the connection can go on.
    package var isSupported: Bool { self == .version091 || self == .version09 }

    private static func foreign(_ start: Slice<UnsafeRawBufferPointer>) -> ProtocolHeader {
        if start.starts(with: [0x16, 0x03]) || start.starts(with: [0x15, 0x03]) { return .tls }
        return httpMethods.contains { start.elementsEqual($0.utf8) } ? .http : .unknown
    }
}
