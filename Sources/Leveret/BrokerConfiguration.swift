/// What a broker is made with.
public struct BrokerConfiguration: Sendable, Hashable {
    /// Where messages and definitions are kept.
    public enum Storage: Sendable, Hashable {
        /// In memory only: everything is gone when the broker ends, and a confirm promises no more.
        case inMemory
        /// In a directory, which is made if it is missing. One broker at a time may use it.
        case directory(String)
    }

    /// What a confirm promises about the disk.
    public enum Durability: String, Sendable, Hashable, CaseIterable {
        /// A confirmed message survives the loss of power.
        case full
        /// A confirmed message survives the end of the process; the loss of power may take the last moments.
        case normal
        /// As `normal`, but the loss of power may damage the database.
        case off
    }

    /// Where messages and definitions are kept.
    public var storage: Storage
    /// What a confirm promises about the disk. Means nothing in memory.
    public var durability: Durability
    /// Bytes that one message's body may have; a larger one closes its channel with 406. 16 MiB unless set, at most
    /// `messageSizeMax`.
    public var maximumMessageSize: Int
    /// Bytes of message content that are kept in memory although the journal holds them too. 20 MiB unless set.
    public var residentBytes: Int
    /// Bytes of message content that only memory holds; above it publishers have to wait. 1 GiB unless set.
    public var volatileBytes: Int
    /// When messages are not taken because the machine runs short. Nothing is watched unless set, because in a
    /// program that embeds the broker most of the memory is the program's own.
    public var resourceLimits: ResourceLimits

    /// The largest `maximumMessageSize`, 512 MiB as in RabbitMQ. A content header that announces more is malformed.
    public static let messageSizeMax = 512 << 20

    /// Makes a configuration; by default a broker in memory.
    public init(
        storage: Storage = .inMemory,
        durability: Durability = .full,
        maximumMessageSize: Int = 16 << 20,
        residentBytes: Int = 20 << 20,
        volatileBytes: Int = 1 << 30,
        resourceLimits: ResourceLimits = ResourceLimits()
    ) {
        self.storage = storage
        self.durability = durability
        self.maximumMessageSize = maximumMessageSize
        self.residentBytes = residentBytes
        self.volatileBytes = volatileBytes
        self.resourceLimits = resourceLimits
    }
}

extension BrokerConfiguration {
    /// `nil` for a broker in memory.
    var dataDirectory: String? {
        if case .directory(let path) = storage { path } else { nil }
    }
}
