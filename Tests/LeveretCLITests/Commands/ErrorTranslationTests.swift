import LeveretModel
import Testing

@testable import LeveretCLI

struct ErrorTranslationTests {
    @Test func `what the broker refuses is status 4 and names the reply code`() throws {
        let error = AMQPError(.notFound, "no queue 'q' in vhost '/'", method: .queueDeclare)
        let ending = Ending(of: error)
        #expect(ending.status == .refused)
        #expect(ending.text.hasPrefix("leveret: the broker refused it: 404 NOT_FOUND - no queue 'q' in vhost '/'"))
    }

    @Test func `a closed connection is status 3`() {
        #expect(Ending(of: ChannelClosedError(reason: "gone")).status == .unreachable)
        #expect(Ending(of: LoadFailure.disconnected).status == .unreachable)
        #expect(Ending(of: LoadFailure.system(SystemError(code: 111, action: "connect"))).status == .unreachable)
    }

    @Test func `a message is one line whatever the broker says`() {
        let ending = Ending(of: AMQPError(.internalError, "first\nsecond\r\nthird"))
        #expect(!ending.text.contains { $0.isNewline })
    }

    @Test func `a returned message is explained by its destination`() {
        let returned = PublishError.unroutable(code: .noRoute, text: "NO_ROUTE")
        let toQueue = PublishDestination.queue("orders").failure(for: returned)
        #expect(toQueue.status == .refused)
        #expect(toQueue.text.contains("\"orders\"") && toQueue.text.contains("--declare"))
        let toExchange = PublishDestination.exchange("x", routingKey: "k", isMandatory: true).failure(for: returned)
        #expect(toExchange.status == .refused)
        #expect(toExchange.text.contains("\"x\"") && toExchange.text.contains("\"k\""))
    }
}
