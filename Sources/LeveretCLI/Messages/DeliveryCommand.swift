import LeveretModel
import NIOPosix

/// A shell command that is run once for each delivery, with the body on its standard input.
struct DeliveryCommand: Sendable {
    let command: String

    /// Runs it and tells whether it succeeded.
    func run(for delivery: Delivery) async throws -> Bool {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            let process = CommandProcess(command: command, variables: Self.variables(of: delivery))
            return try delivery.body.withUnsafeBytes { body in try process.run(input: body) }.isSuccess
        }
    }

    /// What the command may want to know beside the body. The system allows no null byte in a variable.
    static func variables(of delivery: Delivery) -> [String: String] {
        let properties = delivery.properties
        let variables: [String: String?] = [
            "LEVERET_EXCHANGE": delivery.exchange.rawValue,
            "LEVERET_ROUTING_KEY": delivery.routingKey,
            "LEVERET_REDELIVERED": delivery.isRedelivered ? "1" : "0",
            "LEVERET_CONTENT_TYPE": properties.contentType,
            "LEVERET_MESSAGE_ID": properties.messageID,
            "LEVERET_CORRELATION_ID": properties.correlationID,
            "LEVERET_REPLY_TO": properties.replyTo,
            "LEVERET_TYPE": properties.type,
            "LEVERET_HEADERS": properties.headers.map { DeliveryJSON.value(of: $0).text },
        ]
        return variables.compactMapValues { $0 }.filter { !$0.value.utf8.contains(0) }
    }
}
