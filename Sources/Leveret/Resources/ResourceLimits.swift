/// When a broker stops taking messages because the machine runs short of memory or disk.
///
/// While a limit is passed, clients that publish are told (`connection.blocked`) and have to wait; those that consume
/// go on and help it out. Nothing that was accepted is lost.
public struct ResourceLimits: Sendable, Hashable {
    /// An amount of memory or disk.
    public enum Amount: Sendable, Hashable {
        case bytes(Int)
        /// This part of the memory that the process may have: the machine's, or its container's if that has less.
        case partOfMemory(Double)
    }

    /// Memory of the process above which messages are not taken; `nil` does not watch it.
    ///
    /// All of the process counts but the pages of files, which the system can take back: a program that embeds the
    /// broker counts with it.
    public var memory: Amount?
    /// Space on the file system of the data directory below which messages are not taken; `nil` does not watch it.
    public var diskFree: Amount?

    /// Makes limits; by default nothing is watched.
    public init(memory: Amount? = nil, diskFree: Amount? = nil) {
        self.memory = memory
        self.diskFree = diskFree
    }

    /// What suits a process that is a broker and nothing else: 0.6 of the memory, as in RabbitMQ, and 256 MiB of
    /// disk.
    ///
    /// While publishers wait the journal has to take the acknowledgements of those who consume: its write-ahead log
    /// may grow to 64 MiB, needs as much again in the database when it starts over, and something is written between
    /// two looks at the disk.
    public static let ofDaemon = ResourceLimits(memory: .partOfMemory(0.6), diskFree: .bytes(256 << 20))
}

extension ResourceLimits.Amount {
    /// In bytes, on a machine with so much memory.
    func bytes(ofMemory total: Int) -> Int {
        switch self {
        case .bytes(let count): max(0, count)
        case .partOfMemory(let part): Int(exactly: (max(0, part) * Double(total)).rounded()) ?? .max
        }
    }
}
