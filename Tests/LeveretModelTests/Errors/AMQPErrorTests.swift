import LeveretModel
import Testing

struct AMQPErrorTests {
    @Test func `the text begins with the name of the code`() {
        let error = AMQPError(.notFound, "no queue 'q' in vhost '/'", method: .queueDeclare)
        #expect(error.text == "NOT_FOUND - no queue 'q' in vhost '/'")
        #expect(error.description == "404 NOT_FOUND - no queue 'q' in vhost '/'")
        #expect(error.scope == .channel)
    }

    @Test(arguments: [
        (ReplyCode.accessRefused, ReplyCode.Scope.channel),
        (.resourceLocked, .channel),
        (.preconditionFailed, .channel),
        (.frameError, .connection),
        (.notAllowed, .connection),
        (.notImplemented, .connection),
        (ReplyCode(rawValue: 599), .connection),
    ])
    func `soft codes close the channel and hard ones the connection`(code: ReplyCode, scope: ReplyCode.Scope) {
        #expect(code.scope == scope)
    }

    @Test(arguments: ["a", "é", "€", "😀"])
    func `a long text is cut to 255 bytes at the end of a character`(character: String) {
        let size = character.utf8.count
        for lead in 0..<size {
            let text = String(repeating: "x", count: lead) + String(repeating: character, count: 300)
            let short = AMQPError(code: .notFound, text: text).shortText
            #expect(text.hasPrefix(short))
            #expect((256 - size...255).contains(short.utf8.count))
        }
        let fits = String(repeating: "x", count: 255)
        #expect(AMQPError(code: .notFound, text: fits).shortText == fits)
    }
}
