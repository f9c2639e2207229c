import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ReplyContract {
    @Test(arguments: Door.available)
    func `a request is answered straight to the channel that asked`(_ door: Door) async throws {
        try await door.open { visit in
            let (requester, responder) = (try await visit.channel(), try await visit.channelOfAnotherOwner())
            let requests = try await visit.queue(responder)
            let options = ConsumeOptions(noAcknowledge: true)
            try await requester.consume(.directReplyTo, options) { replies in
                for question in ["one", "two"] {
                    var properties = BasicProperties()
                    properties.replyTo = QueueName.directReplyTo.rawValue
                    properties.correlationID = question
                    try await requester.publish(question, to: requests, properties: properties)
                }
                for question in ["one", "two"] {
                    let request = try #require(try await responder.get(requests, noAcknowledge: true))
                    let address = QueueName(try #require(request.properties.replyTo))
                    #expect(address != .directReplyTo)
                    #expect(try await responder.inspectQueue(address).consumerCount == 1)
                    var properties = BasicProperties()
                    properties.correlationID = request.properties.correlationID
                    // Not mandatory: RabbitMQ before 4.2 returns any mandatory reply, delivered or not.
                    try await responder.publish(
                        "answer to \(question)",
                        exchange: .default,
                        routingKey: address.rawValue,
                        properties: properties
                    )
                }
                var answers: [String: String] = [:]
                for try await reply in replies {
                    answers[reply.properties.correlationID ?? ""] = reply.body.string
                    if answers.count == 2 { break }
                }
                #expect(answers == ["one": "answer to one", "two": "answer to two"])
            }
        }
    }

    @Test(arguments: Door.available)
    func `a request before anybody waits for the reply is an error`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let queue = try await visit.queue(channel)
            var properties = BasicProperties()
            properties.replyTo = QueueName.directReplyTo.rawValue
            let request = properties
            await expectError(.preconditionFailed) {
                try await channel.publish("m", to: queue, properties: request)
            }
        }
    }

    @Test(arguments: Door.available)
    func `replies are consumed without acknowledgement`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            await expectError(.preconditionFailed) { try await channel.consume(.directReplyTo) { _ in } }
        }
    }
}
