// swift-tools-version: 6.2
import PackageDescription

let warningsAreErrors = Context.environment["LEVERET_WARNINGS_AS_ERRORS"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// Programs that measure. They see what the targets share among each other, so they belong to this package; they are
// built only where somebody wants to measure (`make bench-micro`, `make counts`).
let benchmarkTargets: [Target] = [
    .target(
        name: "BenchmarkCore",
        dependencies: ["LeveretCore", "LeveretModel"],
        path: "Benchmarks/Sources/BenchmarkCore",
        swiftSettings: settings
    ),
    .target(name: "CAllocations", path: "Benchmarks/Sources/CAllocations"),
    .executableTarget(
        name: "LeveretCounts",
        dependencies: ["BenchmarkCore", "CAllocations"],
        path: "Benchmarks/Sources/LeveretCounts",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "LeveretBare",
        dependencies: ["LeveretJournal", "LeveretModel", "LeveretWire", nioCore, nioPosix, arguments],
        path: "Benchmarks/Sources/LeveretBare",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "LeveretMicro",
        dependencies: [
            "BenchmarkCore", "Leveret", "LeveretCore", "LeveretJournal", "LeveretModel", "LeveretWire", nioCore,
        ],
        path: "Benchmarks/Sources/LeveretMicro",
        swiftSettings: settings
    ),
]

let package = Package(
    name: "leveret",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Leveret", targets: ["Leveret"]),
        .library(name: "LeveretServer", targets: ["LeveretServer"]),
        .library(name: "LeveretClient", targets: ["LeveretClient"]),
        .library(name: "LeveretOutbox", targets: ["LeveretOutbox"]),
        .executable(name: "leveret", targets: ["LeveretCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .target(name: "LeveretModel", swiftSettings: settings),
        .target(name: "LeveretWire", dependencies: ["LeveretModel", nioCore], swiftSettings: settings),
        .target(name: "LeveretCore", dependencies: ["LeveretModel", collections, heap], swiftSettings: settings),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "CFileSystem"),
        .target(
            name: "LeveretJournal",
            dependencies: ["LeveretCore", "LeveretModel", "CSQLite", "CFileSystem"],
            swiftSettings: settings
        ),
        .target(
            name: "Leveret",
            dependencies: [
                "LeveretCore", "LeveretJournal", "LeveretModel", "CAllocator",
                logging, metrics, lifecycle, crypto,
            ],
            swiftSettings: settings
        ),
        .target(name: "LeveretTLS", dependencies: [nioCore, nioSSL], swiftSettings: settings),
        .target(
            name: "LeveretServer",
            dependencies: [
                "Leveret", "LeveretCore", "LeveretTLS", "LeveretWire", "LeveretModel", nioCore, nioPosix, nioSSL,
                logging, lifecycle,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "LeveretClient",
            dependencies: ["LeveretTLS", "LeveretWire", "LeveretModel", nioCore, nioPosix, nioSSL, logging],
            swiftSettings: settings
        ),
        .target(name: "LeveretOutbox", dependencies: ["LeveretModel", "CSQLite", logging], swiftSettings: settings),
        .executableTarget(
            name: "LeveretCLI",
            dependencies: [
                "Leveret", "LeveretServer", "LeveretClient", "LeveretOutbox", "LeveretWire", "LeveretModel",
                "LeveretJournal", "CAllocator",
                arguments, logging, lifecycle, signals, nioCore, nioPosix,
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "LeveretCodegen", swiftSettings: settings),
        .target(
            name: "LeveretSimulation",
            dependencies: ["LeveretCore", "LeveretModel"],
            swiftSettings: settings
        ),
        .target(
            name: "LeveretNetworkSimulation",
            dependencies: [
                "LeveretServer", "Leveret", "LeveretCore", "LeveretWire", "LeveretModel", "LeveretSimulation",
                nioCore, nioEmbedded, logging,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "LeveretSimulate",
            dependencies: ["LeveretSimulation", "LeveretNetworkSimulation"],
            swiftSettings: settings
        ),
        .target(
            name: "LeveretTestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretModelTests",
            dependencies: ["LeveretModel", "LeveretTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretWireTests",
            dependencies: ["LeveretWire", "LeveretModel", "LeveretTestSupport", nioCore],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretTLSTests",
            dependencies: ["LeveretTLS", "LeveretTestSupport", nioSSL],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretCoreTests",
            dependencies: ["LeveretCore", "LeveretModel", "LeveretSimulation"],
            swiftSettings: settings
        ),
        .target(name: "CFaultyDisk", dependencies: ["CSQLite"], path: "Tests/CFaultyDisk"),
        .testTarget(
            name: "LeveretJournalTests",
            dependencies: ["LeveretJournal", "LeveretCore", "LeveretModel", "LeveretSimulation", "CFaultyDisk"],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretTests",
            dependencies: ["Leveret", "LeveretCore", "LeveretModel", "LeveretTestSupport", metricsTestKit],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretServerTests",
            dependencies: [
                "LeveretServer", "Leveret", "LeveretCore", "LeveretTLS", "LeveretWire", "LeveretModel",
                "LeveretTestSupport", nioCore, nioPosix, nioEmbedded, nioSSL, logging,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretClientTests",
            dependencies: ["LeveretClient", "LeveretWire", "LeveretModel", nioCore, nioPosix, nioEmbedded, logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretOutboxTests",
            dependencies: ["LeveretOutbox", "Leveret", "LeveretModel", "LeveretTestSupport", "CSQLite"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LeveretCLITests",
            dependencies: [
                "LeveretCLI", "Leveret", "LeveretClient", "LeveretWire", "LeveretModel", nioCore, arguments,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ContractTests",
            dependencies: [
                "Leveret", "LeveretServer", "LeveretClient", "LeveretModel", "LeveretTestSupport", logging,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["LeveretSimulate"],
            swiftSettings: settings
        ),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ] + (Context.environment["LEVERET_BENCHMARKS"] == nil ? [] : benchmarkTargets)
)
