import ArgumentParser
import LeveretModel

/// The properties of published messages.
struct PropertyOptions: ParsableArguments {
    @Flag(help: "Persistent: the messages survive a restart in a durable queue.")
    var persistent = false

    @Option(
        name: .customLong("header"),
        help: ArgumentHelp("A header; may be repeated. \(TypedArgument.hint)", valueName: "name=value")
    )
    var headers: [TypedArgument] = []

    @Option(help: ArgumentHelp("MIME type of the body.", valueName: "type"))
    var contentType: String?

    @Option(help: ArgumentHelp("MIME encoding of the body.", valueName: "encoding"))
    var contentEncoding: String?

    @Option(help: ArgumentHelp("0 to 255; counts in queues with x-max-priority.", valueName: "number"))
    var priority: UInt8?

    @Option(help: ArgumentHelp("The identifier of the request that this answers.", valueName: "id"))
    var correlationId: String?

    @Option(help: ArgumentHelp("The queue that answers should go to.", valueName: "queue"))
    var replyTo: String?

    @Option(help: ArgumentHelp("Time to live in milliseconds.", valueName: "milliseconds"))
    var expiration: UInt64?

    @Option(help: ArgumentHelp("Deliver it only after so many milliseconds.", valueName: "milliseconds"))
    var delay: Int64?

    @Option(help: ArgumentHelp("The message's identifier.", valueName: "id"))
    var messageId: String?

    @Option(help: ArgumentHelp("Seconds since 1970.", valueName: "seconds"))
    var timestamp: UInt64?

    @Option(help: ArgumentHelp("The kind of message.", valueName: "name"))
    var type: String?

    @Option(help: ArgumentHelp("The publishing user; the broker checks it.", valueName: "user"))
    var userId: String?

    @Option(help: ArgumentHelp("The publishing application.", valueName: "name"))
    var appId: String?

    func validate() throws {
        let texts: [(String, String?)] = [
            ("--content-type", contentType), ("--content-encoding", contentEncoding),
            ("--correlation-id", correlationId), ("--reply-to", replyTo), ("--message-id", messageId),
            ("--type", type), ("--user-id", userId), ("--app-id", appId),
        ]
        if let delay, delay < 0 { throw ValidationError("--delay cannot be negative") }
        for case (let name, let text?) in texts where text.utf8.count > 255 {
            throw ValidationError("\(name) can have at most 255 bytes")
        }
    }

    var properties: BasicProperties {
        var properties = persistent ? BasicProperties.persistent : BasicProperties()
        properties.headers = headers.isEmpty ? nil : FieldTable(headers)
        properties.contentType = contentType
        properties.contentEncoding = contentEncoding
        properties.priority = priority
        properties.correlationID = correlationId
        properties.replyTo = replyTo
        properties.expiration = expiration.map { String($0) }
        properties.messageID = messageId
        properties.timestamp = timestamp
        properties.type = type
        properties.userID = userId
        properties.appID = appId
        return delay.map { properties.delayed(milliseconds: $0) } ?? properties
    }
}
