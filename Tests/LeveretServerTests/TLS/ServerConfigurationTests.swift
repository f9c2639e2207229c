import Testing

@testable import LeveretServer

struct ServerConfigurationTests {
    @Test func `an address for TLS needs a certificate`() {
        var configuration = ServerConfiguration(addresses: [.tls("127.0.0.1")])
        expectError(configuration, "no certificate for 127.0.0.1:5671 (TLS)")
        configuration.tls = ServerTLS(certificate: "c", key: "k")
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test(arguments: [ServerTLS.ClientCertificates.optional, .required])
    func `asking clients for certificates needs somebody who vouches for them`(asked: ServerTLS.ClientCertificates) {
        var configuration = ServerConfiguration()
        var tls = ServerTLS(certificate: "c", key: "k")
        tls.clientCertificates = asked
        configuration.tls = tls
        expectError(configuration, "no authority")
        configuration.tls?.authorities = "a"
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test(arguments: ["3.13.0", "4.1.0-rc.1", "0.0.1+build"])
    func `a compatibility version is a semantic version`(version: String) {
        var configuration = ServerConfiguration()
        configuration.compatibilityVersion = version
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test(arguments: ["", "3.13", "3.13.x", "3..0", "v3.13.0", "3.13.0 beta", "3.13.0.1"])
    func `what is no semantic version is refused`(version: String) {
        var configuration = ServerConfiguration()
        configuration.compatibilityVersion = version
        expectError(configuration, "compatibilityVersion")
    }

    private func expectError(_ configuration: ServerConfiguration, _ words: String) {
        let error = #expect(throws: ServerError.self) { try configuration.validate() }
        #expect(error?.description.contains(words) == true)
    }
}
