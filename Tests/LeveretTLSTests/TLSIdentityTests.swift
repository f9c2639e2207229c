import LeveretTestSupport
import NIOSSL
import Testing

@testable import LeveretTLS

struct TLSIdentityTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a certificate and its key make a context for servers and for clients`() throws {
        let files = TestCertificate.server.write("server", to: directory.path)
        let authority = TestCertificate.authority.write("ca", to: directory.path).certificate
        let identity = TLSIdentity(certificate: files.certificate, key: files.key)
        _ = try identity.serverContext(authorities: authority, verification: .noHostnameVerification)
        _ = try TLSIdentity.clientContext(identity, authorities: authority, verification: .fullVerification)
        _ = try TLSIdentity.clientContext(nil, authorities: authority, verification: .fullVerification)
    }

    @Test func `a name has its own certificate, or that of all names like it, or none`() throws {
        let server = TestCertificate.server.write("server", to: directory.path)
        let client = TestCertificate.client.write("client", to: directory.path)
        let names = try ServerNames([
            ("shop.example.org", TLSIdentity(certificate: server.certificate, key: server.key)),
            ("*.Example.org", TLSIdentity(certificate: client.certificate, key: client.key)),
        ])
        let own = try #require(names.certificate(for: "Shop.example.org")?.certificateChain)
        let all = try #require(names.certificate(for: "else.example.ORG")?.certificateChain)
        #expect(own != all)
        for name in ["example.org", "a.b.example.org", "localhost", "", nil] {
            #expect(names.certificate(for: name) == nil)
        }
    }

    @Test func `a key that does not belong to the certificate of a name is told apart`() {
        let server = TestCertificate.server.write("server", to: directory.path)
        let client = TestCertificate.client.write("client", to: directory.path)
        let error = #expect(throws: TLSFileError.self) {
            try ServerNames([("a.example.org", TLSIdentity(certificate: server.certificate, key: client.key))])
        }
        #expect(error?.description.contains("does not belong to") == true)
    }

    @Test func `a file that is not there is named with the reason`() {
        expectError(certificate: "missing.pem", key: "missing.key", "missing.pem cannot be read: No such file")
        TestCertificate.write(TestCertificate.server.certificate, to: directory.path(of: "there.pem"))
        expectError(certificate: "there.pem", key: "missing.key", "the key file", "missing.key cannot be read")
    }

    @Test func `a file that holds something else is named`() {
        TestCertificate.write("nonsense", to: directory.path(of: "nonsense.pem"))
        TestCertificate.server.write("server", to: directory.path)
        expectError(certificate: "nonsense.pem", key: "server.key", "nonsense.pem holds no certificate")
        expectError(certificate: "server.pem", key: "nonsense.pem", "nonsense.pem holds no private key")
        expectError(certificate: "server.pem", key: "server.pem", "server.pem holds no private key")
    }

    @Test func `a key of another certificate is told apart`() {
        TestCertificate.server.write("server", to: directory.path)
        TestCertificate.client.write("client", to: directory.path)
        expectError(certificate: "server.pem", key: "client.key", "client.key does not belong to", "server.pem")
    }

    @Test func `authorities that cannot be read are named`() {
        TestCertificate.server.write("server", to: directory.path)
        expectError(certificate: "server.pem", key: "server.key", authorities: "none.pem", "the authority file")
    }

    private func expectError(certificate: String, key: String, authorities: String? = nil, _ words: String...) {
        let identity = TLSIdentity(certificate: directory.path(of: certificate), key: directory.path(of: key))
        let error = #expect(throws: TLSFileError.self) {
            try identity.serverContext(authorities: authorities.map(directory.path(of:)), verification: .none)
        }
        for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")") }
    }
}
