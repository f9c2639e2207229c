/// The parts of an AMQP URI: `amqp://user:password@host:port/vhost?heartbeat=30`.
struct ConnectionString {
    /// What the URI begins with.
    enum Scheme {
        case tcp
        case tls
        case unixDomainSocket
    }

    private(set) var scheme = Scheme.tcp
    private(set) var host = "localhost"
    private(set) var port: Int?
    private(set) var user: String?
    private(set) var password: String?
    /// The path of a URI for a socket file.
    private(set) var socketPath: String?
    /// `nil` if the URI names none.
    private(set) var virtualHost: String?
    /// In the order of the URI, decoded.
    private(set) var parameters: [(name: String, value: String)] = []

    init(_ text: String) throws(ConnectionStringError) {
        var rest = try readScheme(text[...])
        if let query = rest.firstIndex(of: "?") {
            parameters = try Self.parameters(rest[rest.index(after: query)...])
            rest = rest[..<query]
        }
        guard scheme != .unixDomainSocket else {
            try readSocketPath(rest)
            return
        }
        if let path = rest.firstIndex(of: "/") {
            virtualHost = try Self.virtualHost(rest[rest.index(after: path)...])
            rest = rest[..<path]
        }
        if let at = rest.lastIndex(of: "@") {
            try readLogin(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        try readAddress(rest)
    }

    /// - Returns: what follows the scheme.
    private mutating func readScheme(_ text: Substring) throws(ConnectionStringError) -> Substring {
        guard let scheme = text.range(of: "://") else {
            throw ConnectionStringError("it does not begin with amqp://")
        }
        switch text[..<scheme.lowerBound].lowercased() {
        case "amqp": self.scheme = .tcp
        case "amqps": self.scheme = .tls
        case "amqp+unix": self.scheme = .unixDomainSocket
        default: throw ConnectionStringError("it begins with neither amqp:// nor amqps:// nor amqp+unix://")
        }
        return text[scheme.upperBound...]
    }

    /// `user:password@/path`
    private mutating func readSocketPath(_ text: Substring) throws(ConnectionStringError) {
        guard let path = text.firstIndex(of: "/") else {
            throw ConnectionStringError("it names no socket file: amqp+unix:///path/of/the/socket")
        }
        let login = text[..<path]
        guard login.isEmpty || login.last == "@" else {
            throw ConnectionStringError("a socket file is on this machine, so a host cannot stand before its path")
        }
        if !login.isEmpty { try readLogin(login.dropLast()) }
        socketPath = try Self.decoded(text[path...], "the path")
    }
}

// MARK: - Login and address

extension ConnectionString {
    private mutating func readLogin(_ text: Substring) throws(ConnectionStringError) {
        guard let colon = text.firstIndex(of: ":") else {
            user = try Self.decoded(text, "the user name")
            return
        }
        user = try Self.decoded(text[..<colon], "the user name")
        password = try Self.decoded(text[text.index(after: colon)...], "the password")
    }

    private mutating func readAddress(_ text: Substring) throws(ConnectionStringError) {
        var name = text
        var number: Substring?
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else {
                throw ConnectionStringError("the address begins with [ but has no ]")
            }
            name = text[text.index(after: text.startIndex)..<bracket]
            let rest = text[text.index(after: bracket)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw ConnectionStringError("only a port can follow the ] of an address")
            }
            number = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            number = text[text.index(after: colon)...]
            guard number?.contains(":") == false else {
                throw ConnectionStringError("an IPv6 address must be in brackets: amqp://[::1]:5672")
            }
        }
        if !name.isEmpty { host = try Self.decoded(name, "the host") }
        if let number, !number.isEmpty { port = try Self.port(number) }
    }

    private static func port(_ text: Substring) throws(ConnectionStringError) -> Int {
        guard let port = UInt16(text), port > 0 else {
            throw ConnectionStringError("the port must be a number from 1 to 65535")
        }
        return Int(port)
    }
}

// MARK: - Virtual host and parameters

extension ConnectionString {
    private static func virtualHost(_ text: Substring) throws(ConnectionStringError) -> String {
        guard !text.contains("/") else {
            throw ConnectionStringError("a / in the name of a virtual host must be written as %2f")
        }
        return try decoded(text, "the virtual host")
    }

    private static func parameters(_ text: Substring) throws(ConnectionStringError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decoded(parts[0], "the name of a parameter")
            parameters.append((name, parts.count > 1 ? try decoded(parts[1], "the parameter \(name)") : ""))
        }
        return parameters
    }

    private static func decoded(_ text: Substring, _ part: String) throws(ConnectionStringError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimal, let low = rest.popFirst()?.hexadecimal else {
                throw ConnectionStringError("\(part) holds a % that two hexadecimal digits do not follow")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw ConnectionStringError("\(part) is not UTF-8 once it is decoded")
        }
        return decoded
    }
}

extension UInt8 {
    fileprivate var hexadecimal: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Substring {
    fileprivate func range(of separator: String) -> Range<Index>? {
        guard let range = firstRange(of: separator) else { return nil }
        return range
    }
}
