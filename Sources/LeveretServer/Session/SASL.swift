import LeveretModel

/// A login name and a password as a client gave them.
struct Credentials: Sendable, Equatable {
    var user: String
    var password: [UInt8]
}

/// The login mechanisms of SASL that the server offers. Both send the password in the clear.
enum SASLMechanism: String, CaseIterable {
    /// RFC 4616: identity, NUL, user, NUL, password.
    case plain = "PLAIN"
    /// AMQP 0-9's own: a field table without its length, of LOGIN and PASSWORD.
    case amqplain = "AMQPLAIN"

    /// All of them, as connection.start lists them.
    static let offered = allCases.map(\.rawValue).joined(separator: " ")

    /// Finds the credentials in a client's response.
    ///
    /// - Throws: 502 if the response is malformed.
    func credentials(in response: [UInt8]) throws(AMQPError) -> Credentials {
        switch self {
        case .plain: try Self.plainCredentials(response)
        case .amqplain: try Self.tableCredentials(response)
        }
    }

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
