import ArgumentParser

/// The settings of `leveret serve` about TLS, socket files and logins, on the command line.
struct TransportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's certificate in PEM form, followed by those that lead to its authority. Turns on TLS.",
            valueName: "path"
        )
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key in PEM form, without a password.", valueName: "path"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            """
            Other certificates for clients that ask for the server by these names (SNI): NAME=CERTIFICATE,KEY, several \
            with ; between them. A name may begin with *.
            """,
            valueName: "name=path,path"
        )
    )
    var tlsServerNames: String?

    @Option(help: ArgumentHelp("The port for TLS; 0 takes a free one. Default: 5671", valueName: "number"))
    var tlsPort: String?

    @Option(
        help: ArgumentHelp("The authorities that may vouch for clients' certificates, in PEM form.", valueName: "path")
    )
    var tlsCa: String?

    @Option(
        help: ArgumentHelp(
            "Whether clients must show a certificate. Default: required if there is a --tls-ca, else none",
            valueName: "none|optional|required"
        )
    )
    var tlsVerify: String?

    @Option(
        help: ArgumentHelp(
            """
            Which name in a client's certificate logs in by the mechanism EXTERNAL: the distinguished name, the \
            common name, or the first alternative name of a kind. Default: dn
            """,
            valueName: "dn|cn|san|san-email|san-uri|san-ip"
        )
    )
    var tlsLoginFrom: String?

    @Flag(help: "Do not listen on a port without TLS.")
    var tlsOnly = false

    @Option(help: ArgumentHelp("Listen on a socket file too.", valueName: "path"))
    var unixSocket: String?

    @Flag(help: "Let nobody in without a name: do not offer the login ANONYMOUS, which is guest from this machine.")
    var noAnonymousLogin = false

    @Option(
        help: ArgumentHelp(
            "Tell clients that this is RabbitMQ of that version, for those that depend on it: 3.13.0",
            valueName: "version"
        )
    )
    var compatibilityVersion: String?
}
