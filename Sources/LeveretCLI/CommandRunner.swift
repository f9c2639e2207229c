import ArgumentParser
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs a command line and ends the process with the status that `ExitStatus` promises.
enum CommandRunner {
    static func run(_ arguments: some Sequence<String>) async -> Never {
        OutputStream.ignoreBrokenPipes()
        do {
            try await run(try parse(Array(arguments)))
            exit(ExitStatus.success.rawValue)
        } catch {
            end(with: error)
        }
    }

    /// To know all commands takes three milliseconds of a start. The broker needs only its own; what that does not
    /// understand, a call for help included, goes the long way, which also says what is wrong.
    static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        if arguments.first == ServeCommand.configuration.commandName,
            let command = try? ServeCommand.parseAsRoot(Array(arguments.dropFirst()))
        {
            return command
        }
        return try LeveretCommand.parseAsRoot(arguments)
    }

    private static func run(_ command: any ParsableCommand) async throws {
        if let command = command as? ServeCommand {
            // A type by its name is found at once; what a type can do is looked up in all that the program has.
            try await command.run()
        } else if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            var command = command
            try command.run()
        }
    }

    private static func end(with error: any Error) -> Never {
        if error is OutputStream.Closed { exit(ExitStatus.success.rawValue) }
        let ending = Ending(of: error)
        do {
            try ending.write()
        } catch {
            // There is nobody left to tell.
        }
        exit(ending.status.rawValue)
    }
}

/// What is printed at the end, and with which status.
struct Ending: Hashable {
    var status: ExitStatus
    var text: String

    init(of error: any Error) {
        if let failure = ErrorTranslation.failure(for: error) {
            status = failure.status
            text = "leveret: \(failure.text)"
        } else if LeveretCommand.exitCode(for: error) == .success {
            status = .success
            text = LeveretCommand.fullMessage(for: error)
        } else {
            status = .usage
            text = Self.usageText(of: error)
        }
    }

    /// The message on one line, then how the command is used.
    private static func usageText(of error: any Error) -> String {
        let message = LeveretCommand.message(for: error)
        guard let usage = usageLine(in: LeveretCommand.fullMessage(for: error)) else { return "leveret: \(message)" }
        return "leveret: \(message)\n\(usage)"
    }

    /// The line that says how a command is used, among all that there is to say of an error.
    static func usageLine(in full: String) -> Substring? {
        full.split(separator: "\n").first { $0.hasPrefix("Usage:") }
    }

    /// Help goes to standard output, because it was asked for; everything else to standard error.
    func write() throws {
        guard !text.isEmpty else { return }
        let stream = status == .success ? OutputStream.standardOutput : .standardError
        try stream.writeLine(text)
    }
}
