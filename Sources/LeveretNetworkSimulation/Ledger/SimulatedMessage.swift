import LeveretModel

/// A message of a simulation. Everything about its content follows from its number and its size.
final class SimulatedMessage {
    let number: Int
    let size: Int
    let isPersistent: Bool
    let isMandatory: Bool
    let exchange: String
    let routingKey: String
    /// The channel that published it.
    let publisher: Int
    /// One for each queue that it is routed to.
    private(set) var copies: [MessageCopy] = []
    /// Whether the server has been given all of it.
    var isAccepted = false
    /// Whether a batch that holds it has become durable.
    var isDurable = false
    var isConfirmed = false
    var isReturned = false

    init(number: Int, size: Int, isPersistent: Bool, isMandatory: Bool, to address: Address, publisher: Int) {
        self.number = number
        self.size = size
        self.isPersistent = isPersistent
        self.isMandatory = isMandatory
        self.publisher = publisher
        exchange = address.exchange
        routingKey = address.routingKey
        copies = address.queues.map { MessageCopy(of: self, in: $0) }
    }

    /// Where a message is published to, and the queues which that leads to.
    struct Address {
        var exchange: String
        var routingKey: String
        var queues: [SimulatedQueue]
    }

    /// Flag words and property list. The identifier says which message it is, wherever its bytes are found.
    var properties: [UInt8] {
        var properties = BasicProperties()
        properties.messageID = Self.marker(number)
        properties.deliveryMode = isPersistent ? .persistent : .transient
        var bytes: [UInt8] = []
        // Two short properties always fit.
        do { try properties.encode(into: &bytes) } catch { return [0, 0] }
        return bytes
    }

    /// Differs at every place and from message to message, so that no part of it can stand for another.
    private(set) lazy var body: [UInt8] = makeBody()

    private func makeBody() -> [UInt8] {
        var body = [UInt8](repeating: 0, count: size)
        var place = 0
        while place < size {
            let byte = UInt8(truncatingIfNeeded: number &* 31 &+ place &* 7 &+ (place >> 8) &* 13)
            body[place] = byte == Self.markerByte ? byte + 1 : byte
            place += 1
        }
        return body
    }

    private static let markerByte = UInt8(ascii: "#")
    private static let markerLength = 10

    private static func marker(_ number: Int) -> String {
        let digits = String(number)
        return "#" + String(repeating: "0", count: markerLength - 2 - digits.count) + digits + ";"
    }

    /// The numbers of the messages that lie in a segment, whatever its format.
    static func numbers(in content: [UInt8]) -> [Int] {
        var numbers: [Int] = []
        var start = content.startIndex
        while let place = content[start...].firstIndex(of: markerByte) {
            start = place + 1
            let digits = content[start...].prefix(markerLength - 2)
            guard digits.count == markerLength - 2, digits.allSatisfy({ (48...57).contains($0) }) else { continue }
            numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - 48) })
        }
        return numbers
    }
}

/// A message in one queue.
final class MessageCopy {
    enum State {
        /// Not in the queue, and never will be.
        case absent
        case ready
        /// Delivered, and not answered as far as the server has been told.
        case taken(by: ClientChannel)
        case settled
        /// In the queue or not, nobody can know from outside.
        case doubtful
    }

    unowned let message: SimulatedMessage
    let queue: SimulatedQueue
    var state = State.absent
    /// The life of the broker in which it was delivered last.
    var deliveredInLife = 0
    /// Whether a batch that settles it has become durable.
    var isSettlementDurable = false

    init(of message: SimulatedMessage, in queue: SimulatedQueue) {
        self.message = message
        self.queue = queue
    }
}

/// A queue, durable and without rules of its own.
final class SimulatedQueue {
    let name: String
    /// What is in it.
    var copies: [MessageCopy] = []
    /// Whether somebody has taken messages from it without having to acknowledge them: a message that is not there any
    /// more may have been on its way to them.
    var isLossy = false

    init(name: String) { self.name = name }
}
