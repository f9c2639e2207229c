import Testing

@testable import LeveretCLI

struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of RFC 4648 come out`(text: String, encoded: String) {
        #expect(Array(text.utf8).withUnsafeBytes(Base64.text) == encoded)
    }

    @Test func `all bytes have a place`() {
        #expect([UInt8]([0xFB, 0xFF, 0x00, 0x3E]).withUnsafeBytes(Base64.text) == "+/8APg==")
    }
}
