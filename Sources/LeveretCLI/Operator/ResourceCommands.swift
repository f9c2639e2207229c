import ArgumentParser
import Leveret

struct SetMemoryWatermarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_vm_memory_high_watermark",
        abstract: "Set the memory above which publishers have to wait, until the broker ends.",
        discussion: """
            A fraction is one of the memory that the process may have. 0 stops all publishers at once.

            EXAMPLES
              leveret set_vm_memory_high_watermark 0.4
              leveret set_vm_memory_high_watermark absolute 2GB
              leveret set_vm_memory_high_watermark 0
            """
    )

    @Argument(help: ArgumentHelp("A fraction, or `absolute` and an amount.", valueName: "fraction"))
    var words: [String]

    @OptionGroup var broker: OperatorOptions

    func validate() throws { _ = try Self.watermark(words) }

    func run() throws {
        _ = try broker.client().ask(SetMemoryWatermark(try Self.watermark(words)))
    }

    static func watermark(_ words: [String]) throws -> ResourceLimits.Amount {
        if words.count == 2, words[0] == "absolute", let bytes = ByteCount.parse(words[1]) { return .bytes(bytes) }
        if words.count == 1, let part = ResourceAmount.part(words[0]) { return .partOfMemory(part) }
        throw ValidationError("expected a fraction such as 0.4, or 'absolute' and an amount such as 2GB")
    }
}

struct SetDiskFreeLimitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_disk_free_limit",
        abstract: "Set the free disk below which publishers have to wait, until the broker ends.",
        discussion: """
            EXAMPLES
              leveret set_disk_free_limit 500MB
              leveret set_disk_free_limit mem_relative 1.0
            """
    )

    @Argument(help: ArgumentHelp("An amount, or `mem_relative` and a fraction of the memory.", valueName: "amount"))
    var words: [String]

    @OptionGroup var broker: OperatorOptions

    func validate() throws { _ = try Self.limit(words) }

    func run() throws {
        _ = try broker.client().ask(SetDiskFreeLimit(try Self.limit(words)))
    }

    static func limit(_ words: [String]) throws -> ResourceLimits.Amount {
        if words.count == 2, words[0] == "mem_relative", let part = ResourceAmount.part(words[1]) {
            return .partOfMemory(part)
        }
        if words.count == 1, let bytes = ByteCount.parse(words[0]) { return .bytes(bytes) }
        throw ValidationError("expected an amount such as 500MB, or 'mem_relative' and a fraction such as 1.0")
    }
}
