import ArgumentParser
import LeveretClient
import Testing

@testable import LeveretCLI

struct ConnectionOptionsTests {
    private func options(_ arguments: [String]) throws -> ConnectionOptions { try ConnectionOptions.parse(arguments) }

    @Test func `the option comes before the environment, that before the default`() throws {
        let environment = { (name: String) in name == "LEVERET_URL" ? "amqp://b:5672" : nil }
        #expect(try options(["--url", "amqp://a"]).configuration(environment: environment).host == "a")
        #expect(try options([]).configuration(environment: environment).host == "b")
        #expect(try options([]).configuration(environment: { _ in nil }).host == "127.0.0.1")
    }

    @Test(arguments: ["amqp://h", "amqp://h/", "amqp://h:5672/", "amqp://h/%2f", "amqp://h/%2F"])
    func `the usual ways to write the virtual host / all mean it`(url: String) throws {
        #expect(try options(["--url", url]).configuration().virtualHost == "/")
    }

    @Test func `another virtual host is kept`() throws {
        #expect(try options(["--url", "amqp://h/orders"]).configuration().virtualHost == "orders")
    }

    @Test func `a URL that is none is a usage error`() throws {
        let error = #expect(throws: (any Error).self) { try options(["--url", "http://h"]).configuration() }
        #expect(try Ending(of: #require(error)).status == .usage)
    }
}
