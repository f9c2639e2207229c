import ArgumentParser
import LeveretServer
import Testing

@testable import LeveretCLI

struct TransportSettingsTests {
    @Test func `without anything there is a plain port only`() throws {
        let settings = try Self.resolve([])
        #expect(settings.tls == nil)
        #expect(settings.addresses(host: "h", port: 1) == [.host("h", port: 1)])
        #expect(settings.allowsAnonymousLogin)
        #expect(settings.compatibilityVersion == nil)
    }

    @Test func `a certificate and a key open the port for TLS beside the plain one`() throws {
        let settings = try Self.resolve(["--tls-certificate", "c", "--tls-key", "k", "--unix-socket", "/s"])
        #expect(settings.tls == ServerTLS(certificate: "c", key: "k"))
        #expect(
            settings.addresses(host: "h", port: 1) == [
                .host("h", port: 1), .tls("h", port: 5671), .unixDomainSocket(path: "/s"),
            ]
        )
        let only = try Self.resolve(["--tls-certificate", "c", "--tls-key", "k", "--tls-only", "--tls-port", "7"])
        #expect(only.addresses(host: "h", port: 1) == [.tls("h", port: 7)])
    }

    @Test func `everything can come from variables and from a file`() throws {
        let environment = [
            "LEVERET_TLS_CERTIFICATE": "c", "LEVERET_TLS_VERIFY": "optional", "LEVERET_TLS_PORT": "0",
            "LEVERET_NO_ANONYMOUS_LOGIN": "yes",
        ]
        let file = """
            {"tls-key": "k", "tls-ca": "a", "tls-login-from": "san-email", "tls-only": true, "unix-socket": "/s",
            "compatibility-version": "3.13.0"}
            """
        let settings = try Self.resolve([], environment: environment, file: file)
        #expect(settings.tls?.certificate == "c")
        #expect(settings.tls?.key == "k")
        #expect(settings.tls?.authorities == "a")
        #expect(settings.tls?.clientCertificates == .optional)
        #expect(settings.tls?.loginName == .alternativeEmail)
        #expect(settings.tlsPort == 0)
        #expect(settings.isTLSOnly)
        #expect(settings.socketPath == "/s")
        #expect(!settings.allowsAnonymousLogin)
        #expect(settings.compatibilityVersion == "3.13.0")
    }

    @Test func `names of the server have certificates of their own`() throws {
        let both = ["--tls-certificate", "c", "--tls-key", "k", "--tls-server-names"]
        let settings = try Self.resolve(both + ["a.example.org=a.pem,a.key;*.example.net=n.pem,n.key"])
        #expect(
            settings.tls?.namedCertificates == [
                .init(name: "a.example.org", certificate: "a.pem", key: "a.key"),
                .init(name: "*.example.net", certificate: "n.pem", key: "n.key"),
            ]
        )
        for text in ["a", "a=", "a=b", "=b,c", "a=b,c,d"] {
            let error = #expect(throws: CommandFailure.self) { try Self.resolve(both + [text]) }
            #expect(error?.text.contains("NAME=CERTIFICATE,KEY") == true)
        }
    }

    @Test func `authorities mean that clients must show a certificate, unless it is said otherwise`() throws {
        let both = ["--tls-certificate", "c", "--tls-key", "k", "--tls-ca", "a"]
        #expect(try Self.resolve(both).tls?.clientCertificates == .required)
        #expect(
            try Self.resolve(both + ["--tls-verify", "none"]).tls?.clientCertificates
                == ServerTLS.ClientCertificates.none
        )
    }

    @Test(arguments: [
        (["--tls-certificate", "c"], "--tls-key"), (["--tls-key", "k"], "--tls-certificate"),
        (["--tls-ca", "a"], "--tls-certificate"), (["--tls-server-names", "n=c,k"], "--tls-certificate"),
        (["--tls-only"], "--tls-certificate"),
        (["--tls-certificate", "c", "--tls-key", "k", "--tls-verify", "required"], "--tls-ca"),
    ])
    func `half of what TLS needs is a usage error that names the rest`(arguments: [String], missing: String) {
        let error = #expect(throws: CommandFailure.self) { try Self.resolve(arguments) }
        #expect(error?.status == .usage)
        #expect(error?.text.contains(missing) == true)
    }

    @Test(arguments: [
        ["LEVERET_TLS_VERIFY": "maybe"], ["LEVERET_TLS_LOGIN_FROM": "email"], ["LEVERET_TLS_PORT": "x"],
        ["LEVERET_TLS_ONLY": "perhaps"],
    ])
    func `a variable that makes no sense is named`(environment: [String: String]) {
        let error = #expect(throws: CommandFailure.self) {
            try Self.resolve(["--tls-certificate", "c", "--tls-key", "k"], environment: environment)
        }
        #expect(error?.text.contains(environment.keys.first ?? "-") == true)
    }

    private static func resolve(
        _ arguments: [String],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> TransportSettings {
        let file = try file.map {
            try ConfigurationFile(path: "leveret.json", bytes: Array($0.utf8), knownNames: ServeSettings.names)
        }
        let layers = SettingLayers(environment: { environment[$0] }, file: file)
        return try TransportSettings(TransportOptions.parse(arguments), layers)
    }
}
