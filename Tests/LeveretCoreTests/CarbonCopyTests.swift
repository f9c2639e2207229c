import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct CarbonCopyTests {
    @Test func `the headers CC and BCC route as further routing keys would`() throws {
        let core = try CoreHarness()
        for queue in ["q", "r", "s", "t"] { try core.declare(queue) }
        let headers: FieldTable = ["CC": .array(["r", "s"]), "BCC": .array(["t"])]
        try core.publish("default", key: "q", headers: headers)
        for queue in ["q", "r", "s", "t"] { #expect(try core.drain(queue) == ["default"]) }
        for queue in ["q", "r", "s", "t"] { try core.bind(queue, to: "amq.direct", queue) }
        try core.publish("direct", to: "amq.direct", key: "q", headers: headers)
        for queue in ["q", "r", "s", "t"] { #expect(try core.drain(queue) == ["direct"]) }
    }

    @Test func `a queue that several keys lead to gets one copy`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.topic", "a.#")
        try core.bind("q", to: "amq.topic", "#.c")
        let headers: FieldTable = ["CC": .array(["a.c", "b.c"]), "BCC": .array(["a.b"])]
        try core.publish("topic", to: "amq.topic", key: "a.b", headers: headers)
        try core.publish("default", key: "q", headers: ["CC": .array(["q", "q"])])
        #expect(try core.drain("q") == ["topic", "default"])
    }

    @Test func `consumers see CC and do not see BCC`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        let headers: FieldTable = ["a": 1, "CC": .array(["r"]), "BCC": .array(["r"])]
        try core.publish("m", key: "q", headers: headers)
        for queue in ["q", "r"] {
            let message = try #require(try core.get(queue, noAcknowledge: true).deliveries.first?.message)
            #expect(message.headers == ["a": 1, "CC": .array(["r"])])
        }
        try core.publish("alone", key: "q", headers: ["BCC": .array(["r"])])
        let message = try #require(try core.get("r", noAcknowledge: true).deliveries.first?.message)
        #expect(message.headers == [:])
        #expect(message.properties == [0, 0])
    }

    @Test func `a message that only a copy can be routed by is routed`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let headers: FieldTable = ["BCC": .array(["q"])]
        #expect(try core.publish("m", key: "nobody", mandatory: true, headers: headers).script == [])
        #expect(try core.drain("q") == ["m"])
        #expect(try core.publish("n", key: "nobody", mandatory: true).script == ["return 312 n"])
    }

    @Test(arguments: [("CC", "longstr"), ("BCC", "signedint")])
    func `a header that is no list closes the channel with 406`(name: String, type: String) throws {
        let core = try CoreHarness()
        try core.declare("q")
        let value: FieldValue = type == "longstr" ? "q" : .int32(1)
        let error = try core.publish("m", key: "q", headers: [name: value]).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains("{unacceptable_type_in_header,\"\(name)\",\(type)}") == true)
    }

    @Test func `what is no text in a list is passed over`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.publish("m", key: "q", headers: ["CC": .array([1, "r", .void])])
        #expect(try core.drain("r") == ["m"])
    }

    @Test func `the route of a message with copies is not that of the next without`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.publish("1", key: "q")
        try core.publish("2", key: "q", headers: ["CC": .array(["r"])])
        try core.publish("3", key: "q")
        #expect(try core.drain("q") == ["1", "2", "3"])
        #expect(try core.drain("r") == ["2"])
    }
}
