import LeveretModel
import LeveretWire

/// Waits until a broker that starts accepts clients, and until a queue holds what it is to hold.
struct ProbeRun {
    let target: LoadTarget
    let queue: String
    /// Messages that must be in the queue; 0 waits for the broker alone.
    let count: UInt64
    /// The moment from which time counts, in seconds since 1970; `nil` is now.
    let since: Double?
    let timeoutSeconds: Double
    let brokerProcess: Int32?
    let progress = LoadProgress()

    /// In nanoseconds: little beside a start of 20 ms, and what the tries take is no burden on one of seconds.
    private static let tryEvery: UInt64 = 500_000

    /// Throws the last reason if the time is over, or `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> ProbeResult {
        let origin = since ?? MonotonicClock.secondsSince1970()
        let end = MonotonicClock.now() + UInt64(timeoutSeconds * 1_000_000_000)
        var acceptedAfter: Double?
        while true {
            do throws(LoadFailure) {
                let connection = try LoadConnection.open(target, receiveBytes: 1 << 16)
                let accepted = acceptedAfter ?? MonotonicClock.secondsSince1970() - origin
                acceptedAfter = accepted
                let depth = try depth(connection)
                let ready = MonotonicClock.secondsSince1970() - origin
                connection.close()
                if depth >= count { return try result(since: origin, accepted, ready, depth) }
                if isOver(end) {
                    throw .stalled(seconds: Int(timeoutSeconds), what: "the queue held too few messages, \(depth),")
                }
            } catch {
                if isOver(end) { throw error }
            }
            MonotonicClock.wait(until: MonotonicClock.now() + Self.tryEvery)
        }
    }

    private func result(
        since: Double,
        _ accepted: Double,
        _ ready: Double,
        _ depth: UInt64
    ) throws(LoadFailure) -> ProbeResult {
        do throws(SystemError) {
            let broker = try brokerProcess.map(ProcessFigures.init(process:))
            return ProbeResult(
                since: since,
                acceptedAfter: accepted,
                readyAfter: ready,
                depth: depth,
                broker: broker
            )
        } catch {
            throw .system(error)
        }
    }

    private func isOver(_ end: UInt64) -> Bool { progress.isInterrupted || MonotonicClock.now() >= end }

    private func depth(_ connection: LoadConnection) throws(LoadFailure) -> UInt64 {
        guard count > 0 else { return 0 }
        let question = QueueDeclare(queue: queue, passive: true)
        let answer = try connection.call(.queueDeclare(question), QueueDeclareOk.id)
        guard case .queueDeclareOk(let answer) = answer else { return 0 }
        return UInt64(answer.messageCount)
    }
}
