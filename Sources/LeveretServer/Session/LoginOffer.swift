/// The ways to log in that a connection has.
struct LoginOffer: Sendable, Equatable {
    /// As connection.start lists them.
    var mechanisms: [SASLMechanism] = [.plain, .amqplain]
    /// Who shows a verified certificate, for EXTERNAL.
    var certificateUser: String?

    /// - Parameters:
    ///   - certificateUser: the user named by the client's certificate, which has been verified.
    ///   - allowsAnonymous: whether the client may come in as guest without saying so.
    init(certificateUser: String? = nil, allowsAnonymous: Bool = false) {
        self.certificateUser = certificateUser
        if certificateUser != nil { mechanisms.append(.external) }
        if allowsAnonymous { mechanisms.append(.anonymous) }
    }

    var description: String { mechanisms.map(\.rawValue).joined(separator: " ") }

    /// The mechanism of that name, if it is on offer.
    func mechanism(named name: String) -> SASLMechanism? {
        SASLMechanism(rawValue: name).flatMap { mechanisms.contains($0) ? $0 : nil }
    }
}
