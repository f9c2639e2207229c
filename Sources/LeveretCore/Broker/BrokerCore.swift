import DequeModule
import LeveretModel

/// The broker as one deterministic value: commands and the time go in, effects come out.
///
/// It does no I/O, reads no clock and starts nothing. What it wants written it hands out in batches
/// (`cutJournalBatch`); what promises durability waits at the commit gate until `journalCommitted` says that its
/// position is on disk.
package struct BrokerCore: ~Copyable {
    let limits: CoreLimits
    /// Whether there is a journal. Without one durable queues are kept in memory like all others.
    let isDurable: Bool
    var generator: SeededGenerator
    var log: MessageLog
    var gate = CommitGate()
    var effects = Effects()
    var now = BrokerTime(milliseconds: 0)
    var virtualHosts = NameTable<VirtualHost>()
    var users = NameTable<User>()
    var sessions: [SessionID: Session] = [:]
    /// Changes of definitions that no batch has taken yet.
    var definitionChanges: [DefinitionChange] = []
    /// Queues with something to deliver, to be looked at when the command is done.
    var scheduledQueues: [Queue] = []
    /// Queues whose delivery mark no batch has taken yet.
    var markedQueues: [Queue] = []
    /// Memory that the open transactions of all channels take.
    var transactionBytes = 0
    /// Changes of deduplication windows that no batch has taken yet.
    var deduplicationChanges: [DeduplicationChange] = []
    /// Delayed messages that become ready once the journal knows their new places.
    var promotions = Deque<Promotion>()
    var deadlines = DeadlineHeap()
    /// When the driver has been asked to call.
    var wakeAt: UInt64 = .max
    /// Whether a command has brought the time.
    var isClockRunning = false
    /// Segments that the batch under way writes.
    var segmentsUnderWay: [Segment] = []
    /// Delivery marks that it writes.
    var marksUnderWay: [(queue: Queue, mark: DeliveryMark)] = []
    var nextDurableQueueID: UInt64 = 1
    /// Queues that the journal does not know are numbered from here, so that they use up none of its numbers.
    var nextTransientQueueID: UInt64 = 1 << 32
    /// How many channels have been opened since the start.
    var channelsOpened: UInt64 = 0
    /// Why publishers have to wait, if they have to.
    var blockReasons = BlockReasons()
    /// Whether any virtual host is traced.
    var isTracing = false
    /// Rises when users' rights change.
    var rightsGeneration: UInt64 = 0
    package internal(set) var counters = BrokerCounters()
    /// Why the core has stopped taking commands.
    package internal(set) var failure: String?

    /// Makes a broker of what a journal holds. With `isDurable` false nothing is ever journaled.
    package init(recovering state: consuming RecoveredState, limits: CoreLimits, isDurable: Bool, seed: UInt64) {
        self.limits = limits
        self.isDurable = isDurable
        generator = SeededGenerator(seed: seed)
        log = MessageLog(limits: limits)
        recover(state)
    }

    /// Applies one command. `effects` receives what follows from it, in order; records that effects refer to may
    /// be read until the next command.
    package mutating func apply(_ command: Command, at time: BrokerTime, into effects: inout Effects) {
        swap(&self.effects, &effects)
        defer { swap(&self.effects, &effects) }
        now = max(now, time)
        log.beginCommand()
        guard failure == nil || command.isAllowedAfterFailure else {
            refuseAfterFailure(command)
            return
        }
        let firstEffect = self.effects.list.count
        startClock()
        doWhatIsDue()
        perform(command)
        finishCommand(from: firstEffect)
    }

    /// Hands out what follows from the changes that a command made; its first effect has this index.
    mutating func finishCommand(from firstEffect: Int) {
        deliverWhatIsDue()
        if isTracing { traceDeliveries(from: firstEffect) }
        updateBlocking()
        handOutAnswers()
        askForWaking()
    }

    mutating func deliverWhatIsDue() {
        repeat { deliverFromScheduledQueues() } while doWhatIsDue()
    }

    /// Nobody enters any more; whoever is there has been told to leave.
    private mutating func refuseAfterFailure(_ command: Command) {
        guard case .openSession(let session, _) = command, let failure else { return }
        let error = AMQPError(.internalError, "the broker has stopped: \(failure)")
        effects.append(.connectionException(session, error))
    }

    /// Confirms and refusals leave behind what their channel holds back.
    private mutating func handOutAnswers() {
        var answers: [Effect] = []
        gate.takeAnswers { answers.append($0) }
        for answer in answers {
            guard let id = answer.channel, let channel = channel(id) else { continue }
            emit(answer, on: channel)
        }
    }

    private mutating func perform(_ command: Command) {
        switch command {
        case .openSession(let session, let options): openSession(session, options)
        case .closeSession(let session): closeSession(session)
        case .updateSecret(let session): updateSecret(of: session)
        case .openChannel(let channel): openChannel(channel)
        case .closeChannel(let channel): closeChannel(channel)
        case .method(let channel, let method): perform(method, on: channel)
        case .publish(let channel, let run): publish(run, on: channel)
        case .acknowledge(let channel, let run): acknowledge(run, on: channel)
        case .sessionDrained(let session, let bytes): sessionDrained(session, bytes: bytes)
        case .journalCommitted(let position): journalCommitted(position)
        case .journalStalled(let reason): blockReasons.journal = reason
        case .journalFailed(let reason): fail(reason)
        case .resourceAlarm(let resource, let isRaised): blockReasons.setAlarm(resource, isRaised: isRaised)
        case .segmentLoaded(let segment, let index, let restored): segmentLoaded(segment, index: index, restored)
        case .segmentFailed(let segment, let reason): segmentFailed(segment, reason: reason)
        case .cancelDelayed(let virtualHost, let queue, let number):
            cancelDelayed(number, of: queue, in: virtualHost)
        case .forceClose(let session, let reason):
            closeConnection(of: session, with: AMQPError(.connectionForced, reason))
        case .setTracing(let virtualHost, let node): setTracing(virtualHost, node: node)
        case .tick: break
        }
    }
}

extension Command {
    /// After a failure of the journal sessions may still leave.
    fileprivate var isAllowedAfterFailure: Bool {
        switch self {
        case .closeSession: true
        default: false
        }
    }
}
