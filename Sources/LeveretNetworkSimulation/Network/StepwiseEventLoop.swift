import Dispatch
import NIOCore
import NIOEmbedded

/// An event loop that is entered and left by the simulation.
///
/// An embedded event loop believes that everybody is always on it, so that connections would always be woken at once.
/// Here only who has entered the loop is on it: whatever another loop or the journal does for one of its connections
/// waits until the loop is entered, as it does between threads.
final class StepwiseEventLoop: EventLoop, @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    let embedded = EmbeddedEventLoop()
    private var depth = 0

    var inEventLoop: Bool { depth > 0 }
    var now: NIODeadline { embedded.now }

    /// Does something on the loop.
    func enter<Result>(_ body: () throws -> Result) rethrows -> Result {
        depth += 1
        defer { depth -= 1 }
        return try body()
    }

    /// Does what waits to be done.
    func run() { enter { embedded.run() } }

    func advance(byMilliseconds duration: Int) {
        enter { embedded.advanceTime(by: .milliseconds(Int64(duration))) }
    }

    func execute(_ task: @escaping @Sendable () -> Void) { embedded.execute(task) }

    @discardableResult
    func scheduleTask<Result>(
        deadline: NIODeadline,
        _ task: @escaping @Sendable () throws -> Result
    ) -> Scheduled<Result> {
        embedded.scheduleTask(deadline: deadline, task)
    }

    @discardableResult
    func scheduleTask<Result>(
        in delay: TimeAmount,
        _ task: @escaping @Sendable () throws -> Result
    ) -> Scheduled<Result> {
        embedded.scheduleTask(in: delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(nil) }
    }
}
