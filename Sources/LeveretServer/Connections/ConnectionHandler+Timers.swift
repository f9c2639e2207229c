import LeveretWire
import Logging
import NIOCore
import Synchronization

/// The clocks of one connection.
struct ConnectionTimers {
    /// When the handshake must be over, or the client's answer to connection.close must be there.
    var deadline: Scheduled<Void>?
    var heartbeat: HeartbeatMonitor?
    var heartbeatSeconds: UInt16 = 0
    var nextHeartbeat: Scheduled<Void>?
    /// Whether the socket is being read.
    var isReadingEnabled = true
    /// Whether anything came or went since the heartbeat was last looked at.
    var isInUse = false
}

extension ConnectionHandler {
    /// Drops the connection if the deadline is neither cancelled nor replaced in time.
    func startDeadline(_ duration: Duration, reason: String) {
        timers.deadline?.cancel()
        timers.deadline = context?.eventLoop.scheduleTask(in: TimeAmount(duration)) { [reference] in
            guard let handler = reference.value else { return }
            handler.logger.info("connection dropped", metadata: ["leveret_reason": "\(reason)"])
            handler.context?.close(promise: nil)
        }
    }

    func cancelDeadline() {
        timers.deadline?.cancel()
        timers.deadline = nil
    }

    func cancelTimers() {
        cancelDeadline()
        stopHeartbeat()
    }

    /// How long to wait for the answer to connection.close.
    var closingTimeout: Duration {
        .seconds(timers.heartbeatSeconds == 0 ? 30 : min(30, Int(timers.heartbeatSeconds)))
    }
}

// MARK: - Heartbeats

extension ConnectionHandler {
    func startHeartbeat(seconds: UInt16) {
        timers.heartbeatSeconds = seconds
        timers.heartbeat = HeartbeatMonitor(seconds: seconds, at: now)
        checkHeartbeat()
    }

    func stopHeartbeat() {
        timers.nextHeartbeat?.cancel()
        timers.nextHeartbeat = nil
        timers.heartbeat = nil
    }

    func noteReceived(_ count: Int) {
        timers.heartbeat?.received(at: now)
        timers.isInUse = true
        record?.receivedBytes.wrappingAdd(count, ordering: .relaxed)
        record?.receivedReads.wrappingAdd(1, ordering: .relaxed)
    }

    func noteSent(_ count: Int) {
        timers.heartbeat?.sent(at: now)
        timers.isInUse = true
        record?.sentBytes.wrappingAdd(count, ordering: .relaxed)
        record?.sentWrites.wrappingAdd(1, ordering: .relaxed)
    }

    private func checkHeartbeat() {
        if !timers.isInUse { releaseMemory() }
        timers.isInUse = false
        while let action = timers.heartbeat?.check(at: now) {
            switch action {
            case .send: sendHeartbeat()
            case .timedOut:
                logger.info("connection dropped", metadata: ["leveret_reason": "the client missed its heartbeats"])
                context?.close(promise: nil)
                return
            case .wait(let moment):
                scheduleHeartbeat(at: moment)
                return
            }
        }
    }

    /// If other bytes wait for the socket already, a heartbeat behind them would say nothing new.
    private func sendHeartbeat() {
        guard !flushing.isWriting else { return }
        outbound.update { FrameEncoder.writeHeartbeat(into: &$0.buffer) }
        flush()
    }

    private func scheduleHeartbeat(at moment: Int64) {
        guard moment != .max else { return }
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(0, moment)) * 1_000_000)
        timers.nextHeartbeat = context?.eventLoop.scheduleTask(deadline: deadline) { [reference] in
            reference.value?.checkHeartbeat()
        }
    }

    private var now: Int64 { Int64((context?.eventLoop.now ?? .now()).uptimeNanoseconds / 1_000_000) }
}

// MARK: - Reading or not

extension ConnectionHandler {
    /// Starts or stops reading as the gate says. A client that is not read cannot be missed.
    func updateReading() {
        guard gate.isOpen != timers.isReadingEnabled, let context else { return }
        timers.isReadingEnabled = gate.isOpen
        if gate.isOpen {
            timers.heartbeat?.resume(at: now)
        } else {
            timers.heartbeat?.pause()
        }
        try? context.channel.syncOptions?.setOption(.autoRead, value: gate.isOpen)
    }
}
