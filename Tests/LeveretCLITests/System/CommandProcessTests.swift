import LeveretModel
import Testing

@testable import LeveretCLI

struct CommandProcessTests {
    private func run(_ command: String, input: [UInt8] = [], _ variables: [String: String] = [:]) throws
        -> ChildProcess.Ending
    {
        OutputStream.ignoreBrokenPipes()
        return try input.withUnsafeBytes { try CommandProcess(command: command, variables: variables).run(input: $0) }
    }

    @Test func `the exit status decides`() throws {
        #expect(try run("exit 0").isSuccess)
        #expect(try run("exit 3") == .exited(3))
        #expect(try run("kill -9 $$") == .killed(signal: 9))
    }

    @Test func `the body is the command's standard input, however long`() throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        #expect(try run("test \"$(wc -c)\" -eq 300000", input: body).isSuccess)
        #expect(try run("test \"$(wc -c)\" -eq 0").isSuccess)
    }

    @Test func `a command need not read its input`() throws {
        #expect(try run("exec true", input: [UInt8](repeating: 0, count: 1 << 20)).isSuccess)
    }

    @Test func `variables reach the command as they are`() throws {
        #expect(try run("test \"$LEVERET_ROUTING_KEY\" = 'a $b'", ["LEVERET_ROUTING_KEY": "a $b"]).isSuccess)
    }

    @Test func `a delivery's variables are what its properties say`() throws {
        var delivery = try SampleDelivery.make(body: [], exchange: "x", routingKey: "k\0", redelivered: true)
        #expect(DeliveryCommand.variables(of: delivery) == ["LEVERET_EXCHANGE": "x", "LEVERET_REDELIVERED": "1"])
        delivery = try SampleDelivery.make(body: [], properties: { $0.headers = ["a": 1] })
        #expect(DeliveryCommand.variables(of: delivery)["LEVERET_HEADERS"] == #"{"a":1}"#)
    }
}
