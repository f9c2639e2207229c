/// Why a server did not start, or did not take a new certificate.
public struct ServerError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Sendable, Hashable {
        case addressInUse
        case addressNotAvailable
        case permissionDenied
        case pathTooLong
        case cannotListen
        case alreadyStarted
        case invalidConfiguration
        case unusableCertificate
    }

    private let kind: Kind
    /// What happened and what can be done about it, for people.
    public let description: String

    private init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Somebody listens there already.
    public var isAddressInUse: Bool { kind == .addressInUse }
}

extension ServerError {
    static func addressInUse(_ address: ListenAddress) -> ServerError {
        ServerError(
            .addressInUse,
            "cannot listen on \(address): another process does already. Stop it, or choose another port."
        )
    }

    static func addressNotAvailable(_ address: ListenAddress) -> ServerError {
        ServerError(
            .addressNotAvailable,
            "cannot listen on \(address): this machine has no such address. "
                + "Use one of its own, or 0.0.0.0 for all of them."
        )
    }

    static func permissionDenied(_ address: ListenAddress) -> ServerError {
        ServerError(
            .permissionDenied,
            "cannot listen on \(address): permission denied. "
                + "Ports below 1024 need a privilege; a socket file needs a directory that this user may write to."
        )
    }

    static func pathTooLong(_ path: String, limit: Int) -> ServerError {
        ServerError(
            .pathTooLong,
            "cannot listen on \(path): the path has \(path.utf8.count) bytes and the system allows \(limit). "
                + "Choose a shorter directory."
        )
    }

    static func cannotListen(_ address: String, reason: String) -> ServerError {
        ServerError(.cannotListen, "cannot listen on \(address): \(reason)")
    }

    static let alreadyStarted = ServerError(.alreadyStarted, "the server has been started before")

    static func unusableCertificate(_ reason: String) -> ServerError {
        ServerError(.unusableCertificate, reason)
    }

    static func invalidConfiguration(_ reason: String) -> ServerError {
        ServerError(.invalidConfiguration, "the server's configuration is not valid: \(reason)")
    }
}
