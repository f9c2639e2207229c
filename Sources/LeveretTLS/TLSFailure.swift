import NIOSSL

/// What went wrong between two peers that speak TLS, in words for people.
package struct TLSFailure: Sendable, Hashable, CustomStringConvertible {
    /// Completes a sentence that begins with "because".
    package let description: String

    /// Is `nil` if the error has nothing to do with TLS, or if only the goodbye was missing.
    package init?(_ error: any Error) {
        switch error {
        case NIOSSLError.handshakeFailed(let cause): description = Self.words(for: "\(cause)")
        case NIOSSLError.noCertificateToValidate: description = "the peer sent no certificate"
        case NIOSSLError.unableToValidateCertificate: description = "the peer's certificate names no host"
        case let extra as NIOSSLExtraError where extra == .failedToValidateHostname:
            description = "the peer's certificate is for another host"
        case let extra as NIOSSLExtraError: description = "\(extra)"
        case let cause as BoringSSLError: description = Self.words(for: "\(cause)")
        default: return nil
        }
    }

    private static let sentences: [(name: String, words: String)] = [
        (
            "CERTIFICATE_VERIFY_FAILED",
            "the peer's certificate is not valid or comes from an authority not trusted here"
        ),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the peer sent no certificate"),
        ("HTTP_REQUEST", "the peer speaks HTTP without TLS"),
        ("WRONG_VERSION_NUMBER", "the peer does not speak TLS"),
        ("UNSUPPORTED_PROTOCOL", "the peer speaks no version of TLS from 1.2 on"),
        ("ALERT_UNKNOWN_CA", "the peer does not trust the authority of our certificate"),
        ("ALERT_CERTIFICATE_REQUIRED", "the peer wants a certificate and there is none"),
        ("ALERT_BAD_CERTIFICATE", "the peer refuses our certificate"),
        ("ALERT_CERTIFICATE_EXPIRED", "the peer refuses our certificate because it has expired"),
        ("ALERT_CERTIFICATE_UNKNOWN", "the peer refuses our certificate"),
        ("EOF during handshake", "the peer hung up during the TLS handshake"),
    ]

    private static func words(for text: String) -> String {
        if let known = sentences.first(where: { text.contains($0.name) }) { return known.words }
        return "the TLS handshake failed: \(reason(in: text))"
    }

    /// The library's own word for it: what stands between its name and the place in its source.
    private static func reason(in text: String) -> String {
        let marker = "OPENSSL_internal:"
        guard let start = text.firstRange(of: marker) else { return text }
        return String(text[start.upperBound...].prefix { $0 != " " })
    }
}
