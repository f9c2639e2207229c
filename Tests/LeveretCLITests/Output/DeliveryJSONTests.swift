import LeveretModel
import Testing

@testable import LeveretCLI

struct DeliveryJSONTests {
    @Test func `a body of UTF-8 is text`() throws {
        let delivery = try SampleDelivery.make(body: Array("grün".utf8), exchange: "events", routingKey: "a.b")
        let json = DeliveryJSON.value(of: delivery).text
        #expect(
            json == """
                {"exchange":"events","routing_key":"a.b","redelivered":false,"properties":{},\
                "encoding":"utf-8","body":"grün"}
                """
        )
    }

    @Test func `any other body is base64`() throws {
        let delivery = try SampleDelivery.make(body: [0xFF, 0x00])
        #expect(DeliveryJSON.value(of: delivery).text.hasSuffix(#""encoding":"base64","body":"/wA="}"#))
    }

    @Test func `properties that are set have the protocol's names`() {
        var properties = BasicProperties.persistent
        properties.contentType = "text/plain"
        properties.priority = 5
        properties.correlationID = "c"
        properties.timestamp = 12
        properties.appID = "app"
        #expect(
            DeliveryJSON.value(of: properties).text == """
                {"content_type":"text/plain","correlation_id":"c","app_id":"app",\
                "delivery_mode":2,"priority":5,"timestamp":12}
                """
        )
    }

    @Test func `headers of every type can be written`() {
        let table: FieldTable = [
            "t": .boolean(true), "b": .int8(-1), "I": .int32(7), "l": .int64(.min), "d": .double(0.5),
            "D": .decimal(scale: 2, value: 5), "S": "text", "x": .bytes([1]), "A": .array(["a", 1]),
            "T": .timestamp(9), "F": .table(["k": "v"]), "V": .void, "raw": .rawString([0xFF]),
        ]
        #expect(
            DeliveryJSON.value(of: table).text == """
                {"t":true,"b":-1,"I":7,"l":-9223372036854775808,"d":0.5,"D":"0.05","S":"text","x":"AQ==",\
                "A":["a",1],"T":9,"F":{"k":"v"},"V":null,"raw":"/w=="}
                """
        )
    }
}
