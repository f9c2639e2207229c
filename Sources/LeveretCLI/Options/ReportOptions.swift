import ArgumentParser

/// What the commands that measure report, and how.
struct ReportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The broker's process, to report its processor time and memory.", valueName: "pid"))
    var brokerPid: Int32?

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func validate() throws {
        if let brokerPid, brokerPid < 1 { throw ValidationError("--broker-pid must be over 0") }
    }

    /// Writes a report in the form that was asked for.
    func write(lines: [String], json value: JSONValue) throws {
        if json {
            try OutputStream.standardOutput.writeLine(value.text)
        } else {
            try OutputStream.standardOutput.writeLines(lines)
        }
    }
}
