import LeveretModel
import LeveretWire

/// A channel of a client, from channel.open on: what the client has asked, what the server has been given of it, and
/// what the server has said.
final class ClientChannel: CustomStringConvertible {
    enum State {
        case opening
        case open
        case closedByServer
        case closed
    }

    /// An answer that the server owes.
    struct Question {
        var answers: [MethodID]
        var queue: SimulatedQueue?
        var consumer: Consumer?
        var noAcknowledge = false
    }

    final class Consumer {
        let tag: String
        let queue: SimulatedQueue
        let noAcknowledge: Bool
        /// 0 is no limit.
        let prefetch: Int
        /// Between consume-ok and cancel-ok.
        var isActive = false
        var isLeaving = false

        init(tag: String, queue: SimulatedQueue, noAcknowledge: Bool, prefetch: Int) {
            self.tag = tag
            self.queue = queue
            self.noAcknowledge = noAcknowledge
            self.prefetch = prefetch
        }
    }

    /// A delivery that the server waits for an answer to, as far as it has been given any.
    struct Delivery {
        var copy: MessageCopy
        var consumer: Consumer?
    }

    /// From a publishing channel through a queue.
    struct Way: Hashable {
        var publisher: Int
        var queue: String
    }

    let number: UInt16
    /// Among all channels of a seed.
    let serial: Int
    unowned let connection: ClientConnection
    /// As the server sees it, by what it has written.
    var state = State.opening
    var questions: [Question] = []
    var hasAskedToClose = false
    /// The server has been given channel.close.
    var isClosedAtServer = false
    /// The server has been given something that it may close the channel for.
    var isDoubtful = false
    var recoversUnderWay = 0

    var hasConfirms = false
    var publishCount: UInt64 = 0
    var openPublishes: [UInt64: SimulatedMessage] = [:]

    var prefetch = 0
    var lastTag: UInt64 = 0
    var deliveries: [UInt64: Delivery] = [:]
    /// Of deliveries that are settled as they are.
    var tagsWithoutAnswer: Set<UInt64> = []
    var consumers: [Consumer] = []
    var lastNumbers: [Way: Int] = [:]
    var content: PartialContent?
    /// The question that was answered last.
    var answered: Question?

    /// Whether the client may use it.
    var isUsable = false
    /// What the client has received and not answered.
    var received: [UInt64] = []
    /// It has given everything back and waits to hear that the server has taken it.
    var isRecovering = false

    init(number: UInt16, serial: Int, connection: ClientConnection) {
        self.number = number
        self.serial = serial
        self.connection = connection
    }

    /// Whether the server answers on this channel for sure, and its deliveries are the client's.
    var isSound: Bool {
        state == .open && !isClosedAtServer && !isDoubtful && recoversUnderWay == 0 && connection.isSound
    }

    var activeConsumers: [Consumer] { consumers.filter { $0.isActive && !$0.isLeaving } }

    /// The client has a delivery, which may have to be answered.
    func receive(_ tag: UInt64) {
        if tagsWithoutAnswer.remove(tag) == nil { received.append(tag) }
    }

    /// How many deliveries the server waits for an answer to.
    func unanswered(of consumer: Consumer) -> Int { deliveries.values.count { $0.consumer === consumer } }

    var description: String { "connection \(connection.number), channel \(number)" }
}

/// A message whose frames are on their way to the client.
struct PartialContent {
    var method: Method
    var properties: [UInt8] = []
    var body: [UInt8] = []
    /// `nil` until the header has come.
    var size: Int?
}
