import ArgumentParser

struct PerfMachineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "Measure the machine itself: what bounds any durable broker on it.",
        discussion: """
            Needs no broker. Measures how long a write and fdatasync take (4, 16 and 256 KiB, over bytes that are there \
            and at a file's end), a round trip over TCP on loopback, alone and with 4 KiB forced out before the \
            answer, messages that a thread passes on to another, the wake of a thread, and connections that are \
            opened and closed. Writes up to 512 MiB into a file at a time, which it removes.

            EXAMPLES
              What bounds a broker that keeps its data here:
                leveret perf machine --directory /var/lib/leveret
              For programs, more exactly:
                leveret perf machine --seconds 5 --json
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where files are made: on the disk in question. Default: $TMPDIR or /tmp.",
            valueName: "directory"
        )
    )
    var directory: String?

    @Option(help: ArgumentHelp("Measure each of thirteen things for so long.", valueName: "seconds"))
    var seconds = 1.0

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func validate() throws {
        guard seconds > 0, seconds <= 60 else { throw ValidationError("--seconds must be over 0 and at most 60") }
        if directory?.isEmpty == true { throw ValidationError("--directory needs a directory") }
    }

    func run() async throws {
        let run = MachineRun(directory: directory ?? TemporaryDirectory.base, seconds: seconds)
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { run.progress.interrupt() })
        let report = MachineReport(result: result)
        try OutputStream.standardOutput.writeLines(json ? [report.json.text] : report.lines)
    }
}
