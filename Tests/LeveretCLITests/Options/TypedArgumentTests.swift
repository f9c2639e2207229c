import LeveretModel
import Testing

@testable import LeveretCLI

struct TypedArgumentTests {
    @Test(arguments: [
        ("x-max-length=1000", "x-max-length", FieldValue.int64(1000)),
        ("delta=-5", "delta", .int64(-5)),
        ("flag=true", "flag", .boolean(true)),
        ("flag=false", "flag", .boolean(false)),
        ("name=acme", "name", .string("acme")),
        ("number=\"42\"", "number", .string("42")),
        ("equation=a=b", "equation", .string("a=b")),
        ("empty=", "empty", .string("")),
        ("quotes=\"\"", "quotes", .string("")),
        ("one=\"", "one", .string("\"")),
    ])
    func `a value has the type that it looks like`(text: String, name: String, value: FieldValue) throws {
        let argument = try #require(TypedArgument(argument: text))
        #expect(argument.name == name)
        #expect(argument.value == value)
    }

    @Test(arguments: ["", "name", "=value", String(repeating: "k", count: 256) + "=v"])
    func `without a name of at most 255 bytes there is no argument`(text: String) {
        #expect(TypedArgument(argument: text) == nil)
    }
}
