import LeveretModel

/// A login name and a password as a client gave them.
struct Credentials: Sendable, Equatable {
    var user: String
    var password: [UInt8]
}

/// Who a client says that it is, and what speaks for that.
enum Login: Sendable, Equatable {
    case password(Credentials)
    /// TLS has verified the certificate that names the user.
    case certificate(user: String)

    var user: String {
        switch self {
        case .password(let credentials): credentials.user
        case .certificate(let user): user
        }
    }
}

/// The login mechanisms of SASL that the server knows. Which of them a connection has, its `LoginOffer` says.
enum SASLMechanism: String, CaseIterable {
    /// RFC 4616: identity, NUL, user, NUL, password.
    case plain = "PLAIN"
    /// AMQP 0-9's own: a field table without its length, of LOGIN and PASSWORD.
    case amqplain = "AMQPLAIN"
    /// RFC 4422: the user is the one that the client's certificate names, whatever the response says.
    case external = "EXTERNAL"
    /// RFC 4505: the same as guest with the password guest, so that it ends when that login does.
    case anonymous = "ANONYMOUS"

    /// Finds out from a client's response who logs in.
    ///
    /// - Throws: 502 if the response is malformed.
    func login(with response: [UInt8], _ offer: LoginOffer) throws(AMQPError) -> Login {
        switch self {
        case .plain: return .password(try Self.plainCredentials(response))
        case .amqplain: return .password(try Self.tableCredentials(response))
        case .anonymous: return .password(Self.guest)
        case .external:
            guard let user = offer.certificateUser else { throw .unknownMechanism(rawValue) }
            return .certificate(user: user)
        }
    }

    private static let guest = Credentials(user: "guest", password: Array("guest".utf8))

    private static func plainCredentials(_ response: [UInt8]) throws(AMQPError) -> Credentials {
        let parts = response.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].contains(0), let user = String(validating: parts[1], as: UTF8.self) else {
            throw AMQPError(.syntaxError, "malformed PLAIN response", method: .connectionStartOk)
        }
        return Credentials(user: user, password: Array(parts[2]))
    }

    private static func tableCredentials(_ response: [UInt8]) throws(AMQPError) -> Credentials {
        guard let table = response.withUnsafeBytes({ try? FieldTable(encoded: $0) }),
            let user = table["LOGIN"]?.string,
            let password = table["PASSWORD"]?.octets
        else {
            throw AMQPError(
                .syntaxError,
                "AMQPLAIN auth info is missing LOGIN or PASSWORD field",
                method: .connectionStartOk
            )
        }
        return Credentials(user: user, password: password)
    }
}

extension FieldValue {
    /// The bytes of a string, whatever they are.
    fileprivate var octets: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .rawString(let bytes), .bytes(let bytes): bytes
        default: nil
        }
    }
}

extension MethodID {
    static let connectionStartOk = MethodID(classID: 10, methodID: 11)
}
