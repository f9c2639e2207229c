/// What each target under `Sources` may import. This table is the rule; `Docs/Architecture.md` explains it.
struct DependencyRule: Sendable {
    var target: String
    var ours: Set<String> = []
    var packages: Set<String> = []
    var system: Set<String> = []

    func allows(_ module: String) -> Bool {
        ours.contains(module) || packages.contains(module) || system.contains(module) || module == "Swift"
    }

    /// The C library under its names on each platform.
    static let platform: Set<String> = ["Glibc", "Musl", "Darwin"]
    static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]
    static let threads: Set<String> = ["Synchronization", "Dispatch"]

    static let table: [DependencyRule] = [
        .init(target: "LeveretModel", system: ["Synchronization"]),
        .init(target: "LeveretWire", ours: ["LeveretModel"], packages: ["NIOCore"]),
        .init(
            target: "LeveretCore",
            ours: ["LeveretModel"],
            packages: ["DequeModule", "HeapModule", "OrderedCollections"]
        ),
        .init(target: "CSQLite"),
        .init(target: "CAllocator"),
        .init(target: "CFileSystem"),
        .init(
            target: "LeveretJournal",
            ours: ["LeveretCore", "LeveretModel", "CSQLite", "CFileSystem"],
            system: platform.union(["Synchronization"])
        ),
        .init(
            target: "Leveret",
            ours: ["LeveretCore", "LeveretJournal", "LeveretModel", "CAllocator"],
            packages: ["Logging", "Metrics", "CoreMetrics", "ServiceLifecycle", "Crypto", "DequeModule"],
            system: platform.union(foundation).union(threads)
        ),
        .init(target: "LeveretTLS", packages: ["NIOCore", "NIOSSL"], system: platform),
        .init(
            target: "LeveretServer",
            ours: ["Leveret", "LeveretCore", "LeveretTLS", "LeveretWire", "LeveretModel"],
            packages: ["NIOCore", "NIOPosix", "NIOSSL", "Logging", "ServiceLifecycle"],
            system: platform.union(foundation).union(threads)
        ),
        .init(
            target: "LeveretClient",
            ours: ["LeveretTLS", "LeveretWire", "LeveretModel"],
            packages: ["NIOCore", "NIOPosix", "NIOSSL", "Logging"],
            system: platform.union(foundation).union(threads)
        ),
        .init(
            target: "LeveretOutbox",
            ours: ["LeveretModel", "CSQLite"],
            packages: ["Logging"],
            system: threads
        ),
        .init(
            target: "LeveretCLI",
            ours: [
                "Leveret", "LeveretServer", "LeveretClient", "LeveretOutbox", "LeveretWire", "LeveretModel",
                "LeveretJournal", "CAllocator",
            ],
            packages: [
                "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "NIOCore", "NIOPosix",
            ],
            system: platform.union(foundation).union(threads)
        ),
        .init(target: "LeveretCodegen", system: platform.union(foundation)),
        .init(target: "LeveretSimulation", ours: ["LeveretCore", "LeveretModel"]),
        .init(
            target: "LeveretNetworkSimulation",
            ours: [
                "LeveretServer", "Leveret", "LeveretCore", "LeveretWire", "LeveretModel", "LeveretSimulation",
            ],
            packages: ["NIOCore", "NIOEmbedded", "Logging"],
            system: ["Dispatch"]
        ),
        .init(
            target: "LeveretSimulate",
            ours: ["LeveretSimulation", "LeveretNetworkSimulation"],
            system: platform
        ),
        .init(target: "LeveretTestSupport", system: platform.union(foundation)),
    ]
}
