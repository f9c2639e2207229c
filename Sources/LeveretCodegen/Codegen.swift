import Foundation

/// Writes the Swift sources of all methods from the protocol definition; the same definition gives the same bytes.
@main
struct Codegen {
    static let defaultOutput = "Sources/LeveretWire/Generated"

    static func main() throws {
        guard let output = output(of: Array(CommandLine.arguments.dropFirst())) else {
            FileHandle.standardError.write(Data("usage: LeveretCodegen [--output DIR]\n".utf8))
            exit(64)
        }
        try write(files, to: URL(fileURLWithPath: output, isDirectory: true))
    }

    private static var files: [GeneratedFile] {
        let classes = ProtocolDefinition.classes
        return classes.map(\.methodsFile) + MethodEnumRendering(classes: classes).files
    }

    private static func output(of arguments: [String]) -> String? {
        if arguments.isEmpty { return defaultOutput }
        guard arguments.count == 2, arguments[0] == "--output" else { return nil }
        return arguments[1]
    }

    private static func write(_ files: [GeneratedFile], to directory: URL) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for file in files {
            try Data(file.text.utf8).write(to: directory.appendingPathComponent(file.name))
        }
    }
}
