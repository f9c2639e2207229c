package import LeveretCore
import LeveretModel

/// The ways of a message through the core that most messages take.
package enum HotPath: String, CaseIterable {
    /// Into a transient queue, where it stays.
    case publishTransient = "publish-transient"
    /// Into a durable queue, where it stays, with a confirm for each commit.
    case publishDurable = "publish-durable"
    /// Through a queue to a consumer that does not acknowledge.
    case deliver
    /// Through a queue to a consumer that acknowledges each run.
    case acknowledge
    /// Persistent, through a durable queue, acknowledged before the commit.
    case settledBeforeCommit = "settled-before-commit"
    /// Persistent, through a durable queue, committed, and acknowledged afterwards.
    case settledAfterCommit = "settled-after-commit"
    /// To ten queues and a consumer of each.
    case fanout

    /// Messages of one command, as one read from a socket brings them.
    package static let runLength = 100

    /// Sends so many messages along the path, in whole runs, and tells what came of it.
    package func run(messages: Int, size: Int = 16) throws -> BenchmarkCore.Counts {
        let walk = try HotPathWalk(self, size: size)
        for _ in 0..<(messages / Self.runLength) { try walk.step() }
        return walk.core.counts
    }

    package var isDurable: Bool {
        switch self {
        case .publishDurable, .settledBeforeCommit, .settledAfterCommit: true
        case .publishTransient, .deliver, .acknowledge, .fanout: false
        }
    }
}

/// A core on which messages go along a path, a run of them with each step.
package final class HotPathWalk {
    package let core: BenchmarkCore
    private let path: HotPath
    private let run: PublishRun

    package init(
        _ path: HotPath,
        size: Int = 16,
        runLength: Int = HotPath.runLength,
        write: @escaping (JournalBatch) throws -> Void = { _ in }
    ) throws {
        self.path = path
        core = try BenchmarkCore(isDurable: path.isDurable, write: write)
        run = try PublishRun(
            exchange: path == .fanout ? "copies" : "",
            keys: ["orders"],
            size: size,
            count: runLength,
            properties: path.isDurable ? PublishRun.persistent : PublishRun.plain
        )
        if path == .fanout { core.declareExchange("copies", "fanout") }
        for number in 0..<(path == .fanout ? 10 : 1) { try prepareQueue(number) }
        if path.isDurable { core.selectConfirms() }
    }

    private func prepareQueue(_ number: Int) throws {
        let queue = path == .fanout ? "copy-\(number)" : "orders"
        try core.declareQueue(queue, path.isDurable ? .durable : .transient)
        if path == .fanout { core.bind(queue, to: "copies") }
        switch path {
        case .publishTransient, .publishDurable: break
        case .deliver, .fanout: core.consume(queue, noAcknowledge: true)
        case .acknowledge, .settledBeforeCommit, .settledAfterCommit: core.consume(queue, noAcknowledge: false)
        }
    }

    package func step() throws {
        core.publish(run)
        switch path {
        case .publishTransient, .deliver, .fanout: break
        case .acknowledge: core.acknowledgeAll()
        case .publishDurable: try core.commit()
        case .settledBeforeCommit:
            core.acknowledgeAll()
            try core.commit()
        case .settledAfterCommit:
            try core.commit()
            core.acknowledgeAll()
            try core.commit()
        }
    }
}
