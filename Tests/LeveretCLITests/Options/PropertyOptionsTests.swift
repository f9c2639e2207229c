import ArgumentParser
import LeveretModel
import Testing

@testable import LeveretCLI

struct PropertyOptionsTests {
    @Test func `every option becomes its property`() throws {
        let command = try PublishCommand.parse([
            "--queue", "q", "body", "--persistent", "--header", "a=1", "--header", "b=x", "--content-type",
            "text/plain",
            "--content-encoding", "gzip", "--priority", "9", "--correlation-id", "c", "--reply-to", "r",
            "--expiration", "60000", "--message-id", "m", "--timestamp", "12", "--type", "t", "--user-id", "guest",
            "--app-id", "app",
        ])
        var expected = BasicProperties.persistent
        expected.headers = ["a": 1, "b": "x"]
        expected.contentType = "text/plain"
        expected.contentEncoding = "gzip"
        expected.priority = 9
        expected.correlationID = "c"
        expected.replyTo = "r"
        expected.expiration = "60000"
        expected.messageID = "m"
        expected.timestamp = 12
        expected.type = "t"
        expected.userID = "guest"
        expected.appID = "app"
        #expect(command.properties.properties == expected)
    }

    @Test func `without options no property travels`() throws {
        #expect(try PublishCommand.parse(["--queue", "q", "body"]).properties.properties == BasicProperties())
    }
}
