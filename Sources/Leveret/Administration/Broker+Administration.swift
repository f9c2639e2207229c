import FoundationEssentials

extension Broker {
    /// Answers a line of JSON with a line of JSON, without the line's end. A line that is no request gets an error.
    package func administer(requestLine: [UInt8]) async -> [UInt8] {
        let line = Data(requestLine)
        guard let name = try? JSONDecoder().decode(OperatorMessageName.self, from: line),
            let type = OperatorRequests.type(of: name.command)
        else { return Self.encode(OperatorRefusal("not a request that this broker knows")) }
        return await answer(type, line)
    }

    private func answer<Request: OperatorRequest>(_ type: Request.Type, _ line: Data) async -> [UInt8] {
        guard let request = try? JSONDecoder().decode(type, from: line) else {
            return Self.encode(OperatorRefusal("the fields of '\(type.command)' are not as they should be"))
        }
        do {
            return Self.encode(OperatorAnswer(try await request.perform(on: self)))
        } catch {
            return Self.encode(OperatorRefusal("\(error)"))
        }
    }

    private static func encode(_ answer: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(answer) else {
            return Array(#"{"error":"the answer cannot be written"}"#.utf8)
        }
        return [UInt8](line)
    }
}
