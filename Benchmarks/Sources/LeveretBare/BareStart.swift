import ArgumentParser

/// The least that a start of a durable broker takes with these libraries: one command line is understood, one database is
/// on the disk, one address is listened on.
struct BareStart: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "LeveretBare", _superCommandName: "leveret")

    @Option var port: Int
    @Option var data: String

    // As many more as `leveret serve` has: what it takes to understand a command line grows with them.
    @Option var option1: String?
    @Option var option2: String?
    @Option var option3: String?
    @Option var option4: String?
    @Option var option5: String?
    @Option var option6: String?
    @Option var option7: String?
    @Option var option8: String?
    @Option var option9: String?
    @Option var option10: String?
    @Option var option11: String?
    @Option var option12: String?
    @Option var option13: String?
    @Option var option14: String?
    @Option var option15: String?
    @Option var option16: String?
    @Option var option17: String?
    @Option var option18: String?
    @Option var option19: String?
    @Option var option20: String?
    @Flag var flag1 = false
    @Flag var flag2 = false
    @Flag var flag3 = false
    @Flag var flag4 = false

    func run() throws {
        try BareDatabase(folder: data).open()
        try BareServer(port: port).run()
    }
}
