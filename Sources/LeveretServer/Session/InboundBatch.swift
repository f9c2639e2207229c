import Leveret
import LeveretCore

/// The commands of one read, in order, with the publishings and the acknowledgements of a channel in runs.
///
/// It keeps its capacity. The publishings point into the read buffer or into a channel's content storage: both must
/// stay as they are until the batch has been applied.
struct InboundBatch {
    enum Entry {
        case openSession(SessionOptions)
        case updateSecret
        case openChannel(UInt16)
        case closeChannel(UInt16)
        case method(UInt16, ChannelMethod)
        case publish(UInt16, count: Int)
        case acknowledge(UInt16, count: Int)
    }

    private enum RunKind {
        case none
        case publish
        case acknowledge
    }

    private(set) var entries: [Entry] = []
    private(set) var publishings: [PublishingView] = []
    private(set) var acknowledgements: [Acknowledgement] = []
    /// Counts how often the batch was emptied, so that others can tell whether something of theirs is still in it.
    private(set) var generation = 0
    private var runKind = RunKind.none
    private var runChannel: UInt16 = 0
    private var runCount = 0

    var isEmpty: Bool { entries.isEmpty && runKind == .none }

    mutating func append(_ entry: Entry) {
        endRun()
        entries.append(entry)
    }

    mutating func append(_ publishing: PublishingView, channel: UInt16) {
        continueRun(.publish, channel)
        publishings.append(publishing)
    }

    mutating func append(_ acknowledgement: Acknowledgement, channel: UInt16) {
        continueRun(.acknowledge, channel)
        acknowledgements.append(acknowledgement)
    }

    /// Makes `entries` complete.
    mutating func endRun() {
        switch runKind {
        case .none: return
        case .publish: entries.append(.publish(runChannel, count: runCount))
        case .acknowledge: entries.append(.acknowledge(runChannel, count: runCount))
        }
        runKind = .none
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        publishings.removeAll(keepingCapacity: true)
        acknowledgements.removeAll(keepingCapacity: true)
        runKind = .none
        generation += 1
    }

    private mutating func continueRun(_ kind: RunKind, _ channel: UInt16) {
        if runKind == kind, runChannel == channel {
            runCount += 1
        } else {
            endRun()
            runKind = kind
            runChannel = channel
            runCount = 1
        }
    }
}

extension InboundBatch {
    /// Calls `apply` with the commands in order. Runs must have been ended.
    func forEachCommand(of session: SessionID, _ apply: (Command) -> Void) {
        publishings.withUnsafeBufferPointer { publishings in
            acknowledgements.withUnsafeBufferPointer { acknowledgements in
                var nextPublishing = 0
                var nextAcknowledgement = 0
                for entry in entries {
                    switch entry {
                    case .publish(let channel, let count):
                        let run = publishings[nextPublishing..<nextPublishing + count]
                        nextPublishing += count
                        apply(.publish(ChannelID(session: session, number: channel), .init(rebasing: run)))
                    case .acknowledge(let channel, let count):
                        let run = acknowledgements[nextAcknowledgement..<nextAcknowledgement + count]
                        nextAcknowledgement += count
                        apply(.acknowledge(ChannelID(session: session, number: channel), .init(rebasing: run)))
                    case .method(let channel, let method):
                        apply(.method(ChannelID(session: session, number: channel), method))
                    case .openChannel(let channel):
                        apply(.openChannel(ChannelID(session: session, number: channel)))
                    case .closeChannel(let channel):
                        apply(.closeChannel(ChannelID(session: session, number: channel)))
                    case .openSession(let options): apply(.openSession(session, options))
                    case .updateSecret: apply(.updateSecret(session))
                    }
                }
            }
        }
    }
}
