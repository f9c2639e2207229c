import Testing

@testable import LeveretCLI

struct JSONValueTests {
    @Test func `an object keeps the order of its members`() {
        let value: JSONValue = ["b": 1, "a": [true, .null, "x"], "c": [:]]
        #expect(value.text == #"{"b":1,"a":[true,null,"x"],"c":{}}"#)
    }

    @Test func `text is escaped as JSON wants it and stays UTF-8`() {
        let value = JSONValue.string("a\"b\\c\nd\te\u{1}f\u{1F}ü/")
        #expect(value.text == #""a\"b\\c\nd\te\u0001f\u001fü/""#)
    }

    @Test(arguments: [
        (0.5, "0.5"), (3.0, "3"), (-2.0, "-2"), (1e20, "1e+20"), (.infinity, "null"), (.nan, "null"),
    ])
    func `numbers are what JSON can hold`(value: Double, text: String) {
        #expect(JSONValue.number(value).text == text)
    }

    @Test func `the widest integers are written in full`() {
        #expect(JSONValue.unsigned(.max).text == "18446744073709551615")
        #expect(JSONValue.integer(.min).text == "-9223372036854775808")
    }
}
