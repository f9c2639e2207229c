import Leveret
import LeveretModel
import LeveretTLS
import LeveretWire
import Logging
import NIOCore

// Who comes in, and what is said of those who do not.

extension ConnectionHandler {
    func authenticate(_ login: Login) {
        let result =
            switch login {
            case .password(let credentials):
                server.broker.authenticate(
                    user: credentials.user,
                    password: credentials.password,
                    fromLoopback: isLoopback
                )
            case .certificate(let user): server.broker.authenticate(certificateUser: user, fromLoopback: isLoopback)
            }
        if result != .accepted { logger.info("login refused", metadata: ["leveret_user": "\(login.user)"]) }
        switch machine.authenticated(result == .accepted) {
        case .send(let method): outbound.write(method)
        case .fail(let error): fail(error)
        case .drop:
            machine.disconnected()
            startDeadline(server.configuration.refusedLoginPause, reason: "the login was refused")
        }
    }

    func refuse(_ header: ProtocolHeader) {
        let reason =
            switch header {
            case .http: "it speaks HTTP: is it looking for another port?"
            case .tls: "it speaks TLS, which this port does not: use amqp:// or the port for amqps://"
            case .unsupported(let id, let major, let minor, let revision):
                "it asks for AMQP \(id) \(major)-\(minor)-\(revision)"
            case .unknown, .version091, .version09: "it does not begin like AMQP"
            }
        logger.info("connection refused", metadata: ["leveret_reason": "\(reason)"])
        outbound.update { _ = $0.buffer.writeBytes(ProtocolHeader.supported) }
        flushing.ending = .awaitClient
    }

    /// TLS that does not come about is for the operator to know; a socket that breaks is nothing special.
    func note(_ error: any Error) {
        if machine.state == .handshaking, let failure = TLSFailure(error) {
            logger.info("connection refused", metadata: ["leveret_reason": "\(failure)"])
        } else {
            logger.debug("connection lost", metadata: ["leveret_error": "\(error)"])
        }
    }
}
