import FoundationEssentials

/// A file with the settings of `leveret serve`: one JSON object whose names are those of the long options.
struct ConfigurationFile {
    /// For messages.
    let path: String
    /// The values as they would be written on the command line.
    private let values: [String: String]

    /// Throws `CommandFailure` if the file cannot be read, is no JSON object, or holds a name that is not known.
    init(path: String, knownNames: Set<String>) throws(CommandFailure) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try TextFile.bytes(of: path)
        } catch {
            throw CommandFailure(.usage, "cannot read the configuration file \(path): \(error.reason)")
        }
        try self.init(path: path, bytes: bytes, knownNames: knownNames)
    }

    init(path: String, bytes: [UInt8], knownNames: Set<String>) throws(CommandFailure) {
        guard let scalars = try? JSONDecoder().decode([String: Scalar].self, from: Data(bytes)) else {
            throw CommandFailure(
                .usage,
                "the configuration file \(path) is not one JSON object of names with a text, a number, true or false"
            )
        }
        if let unknown = scalars.keys.filter({ !knownNames.contains($0) }).min() {
            let names = knownNames.sorted().joined(separator: ", ")
            throw CommandFailure(.usage, "the configuration file \(path) holds \"\(unknown)\"; known are \(names)")
        }
        self.path = path
        values = scalars.mapValues(\.text)
    }

    func value(_ name: String) -> String? { values[name] }
}

/// A text, a number or a boolean, as text.
private struct Scalar: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            text = String(value)
        } else if let value = try? container.decode(Int64.self) {
            text = String(value)
        } else if let value = try? container.decode(Double.self) {
            text = String(value)
        } else {
            text = try container.decode(String.self)
        }
    }
}
