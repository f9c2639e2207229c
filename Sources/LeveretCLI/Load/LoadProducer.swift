import LeveretModel
import LeveretWire

/// One thread that publishes as fast as it may.
final class LoadProducer: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var confirms: ConfirmWindow
    /// When the broker had taken the last message.
    private(set) var endedAt: UInt64 = 0
    private var sent: UInt64 = 0
    private let number: Int
    private let plan: LoadPlan
    private let connection: LoadConnection
    private let progress: LoadProgress
    private var lastMovement: UInt64 = 0

    private static let patienceSeconds = 30

    init(number: Int, plan: LoadPlan, progress: LoadProgress) throws(LoadFailure) {
        self.number = number
        self.plan = plan
        self.progress = progress
        confirms = ConfirmWindow(size: plan.confirmWindow)
        connection = try LoadConnection.open(plan.target, receiveBytes: 1 << 18)
        if usesConfirms { _ = try connection.call(.confirmSelect(ConfirmSelect()), ConfirmSelectOk.id) }
    }

    func close() { connection.close() }

    /// Publishes until the plan's limit, then waits until the broker has taken everything.
    func run(_ times: LoadTimes) {
        confirms = ConfirmWindow(size: plan.confirmWindow, measuredFrom: times.measuredFrom)
        do throws(LoadFailure) {
            MonotonicClock.sharpenWaits()
            try publish(from: times.start)
            try finish()
        } catch {
            progress.fail(error)
        }
        endedAt = MonotonicClock.now()
        progress.addAnswered(confirmed: confirms.answered - confirms.refused, refused: confirms.refused)
    }

    private var usesConfirms: Bool { plan.confirmWindow > 0 }

    private func publish(from start: UInt64) throws(LoadFailure) {
        let batch = try PublishBatch(plan, producer: number, frameMax: connection.frameMax)
        let schedule = PublishSchedule(plan, producer: number, start: start)
        var lastSentAt: UInt64 = 0
        while !progress.isStopping {
            let now = MonotonicClock.now()
            guard let due = schedule.due(at: now, sent: sent) else { return }
            let room = usesConfirms ? confirms.room : .max
            let count = min(batch.capacity(after: sent), due, room)
            if count > 0 {
                let moment = { (sequence: UInt64) in schedule.moment(of: sequence, now: now) }
                let bytes = batch.fill(count, after: sent, producer: number, time: moment)
                try connection.send(bytes, isStopping: { progress.isStopping })
                if usesConfirms { confirms.noteSent(count, time: moment) }
                sent += count
                lastSentAt = now
                progress.addSent(count)
            } else if due == 0 {
                wait(until: schedule.wakeTime(sent: sent, lastSentAt: lastSentAt))
            }
            if usesConfirms { try readConfirms(wait: room == 0 && due > 0) }
        }
    }

    /// Waits for the next publishing's turn, or for a confirm if one is missing: its latency must not depend on the rate.
    private func wait(until moment: UInt64) {
        if usesConfirms, confirms.answered < sent {
            connection.waitForInput(until: moment)
        } else {
            MonotonicClock.wait(until: moment)
        }
    }

    /// Waits for the confirms that are missing; without confirms, for the answer to a question on the channel.
    private func finish() throws(LoadFailure) {
        guard usesConfirms else {
            let question = QueueDeclare(queue: plan.queueName(number % plan.queues), passive: true)
            _ = try connection.call(.queueDeclare(question), QueueDeclareOk.id)
            return
        }
        lastMovement = MonotonicClock.now()
        while confirms.answered < sent, !progress.isStopping { try readConfirms(wait: true) }
    }

    private func readConfirms(wait: Bool) throws(LoadFailure) {
        let hasMoved = try connection.fill(wait: wait)
        let now = MonotonicClock.now()
        guard hasMoved else {
            if wait { try checkPatience(now) }
            return
        }
        lastMovement = now
        try connection.withReceived { received throws(LoadFailure) in
            while let frame = try received.nextFrame() { try read(frame, at: now) }
        }
    }

    private func read(_ frame: RawFrame, at now: UInt64) throws(LoadFailure) {
        guard frame.type == FrameKind.method.rawValue, frame.size >= 4 else { return }
        let method = frame.method
        guard method == BasicAck.id || method == BasicNack.id, frame.size == 13 else {
            return try LoadConnection.throwIfClosed(frame)
        }
        let isMultiple = frame.payload[12] & 1 != 0
        let isRefused = method == BasicNack.id
        try confirms.answer(frame.uint64(at: 4), multiple: isMultiple, refused: isRefused, at: now)
    }

    private func checkPatience(_ now: UInt64) throws(LoadFailure) {
        if lastMovement == 0 { lastMovement = now }
        guard now - lastMovement > UInt64(Self.patienceSeconds) * 1_000_000_000 else { return }
        throw .stalled(seconds: Self.patienceSeconds, what: "no publishing was confirmed")
    }
}
