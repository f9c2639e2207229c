import LeveretTestSupport
import LeveretTLS
import NIOSSL
import Testing

@testable import LeveretServer

struct ServerCertificatesTests {
    private let directory: LeveretTestSupport.TemporaryDirectory

    init() throws { directory = try LeveretTestSupport.TemporaryDirectory() }

    @Test func `certificates are read again when they are asked to be`() throws {
        let certificates = try ServerCertificates(makeSettings())
        let first = certificates.context
        #expect(certificates.context === first)
        TestCertificate.guest.write("server", to: directory.path)
        #expect(certificates.context === first)
        try certificates.reload()
        #expect(certificates.context !== first)
    }

    @Test func `certificates that cannot be read leave those that there are`() throws {
        let certificates = try ServerCertificates(makeSettings())
        let first = certificates.context
        TestCertificate.write("nonsense", to: directory.path(of: "server.pem"))
        let error = #expect(throws: ServerError.self) { try certificates.reload() }
        #expect(error?.description.contains("server.pem holds no certificate") == true)
        #expect(certificates.context === first)
    }

    @Test(arguments: [
        (CertificateLoginName.distinguishedName, "CN=orders,OU=a\\+b,O=Example\\, Inc.,C=DE"), (.commonName, "orders"),
        (.alternativeDNSName, "orders.example.org"), (.alternativeEmail, "orders@example.org"),
        (.alternativeURI, "urn:orders"), (.alternativeIPAddress, "10.1.2.3"),
    ])
    func `the login name is the one that is asked for`(name: CertificateLoginName, user: String) throws {
        let names = try names(of: .client)
        #expect(name.user(in: names) == user)
    }

    @Test func `several common names are joined, and a missing name logs nobody in`() throws {
        let names = try names(of: .odd)
        #expect(CertificateLoginName.commonName.user(in: names) == "first,#second")
        #expect(CertificateLoginName.alternativeEmail.user(in: names) == nil)
    }

    private func names(of certificate: TestCertificate) throws -> CertificateNames {
        let path = certificate.write("names", to: directory.path).certificate
        return try #require(CertificateNames(der: TLSFile.certificates(path)[0].toDERBytes()))
    }

    private func makeSettings() -> ServerTLS {
        let files = TestCertificate.server.write("server", to: directory.path)
        return ServerTLS(certificate: files.certificate, key: files.key)
    }
}
