import LeveretModel
import LeveretWire
import NIOCore

/// A run of encoded publishings that lie ready to be sent, whole cycles of them; only the first 16 bytes of each body
/// are written anew each time: the message's mark, then when it was sent.
struct PublishBatch: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private let slots: [Slot]
    private let cycle: UInt64

    /// One message: where it begins, where its body does, and what fits into that.
    private struct Slot {
        var start: Int
        var end: Int
        var body: Int
        var holdsMark: Bool
        var holdsTime: Bool

        func moved(by distance: Int) -> Slot {
            var moved = self
            moved.start += distance
            moved.end += distance
            moved.body += distance
            return moved
        }
    }

    /// Throws `LoadFailure.tooMuch` if one cycle of messages takes more than `byteLimit`.
    init(_ plan: LoadPlan, producer: Int, frameMax: UInt32, bytes: Int = 128 << 10) throws(LoadFailure) {
        let messages = plan.cycle(ofProducer: producer)
        var encoded: [UInt8] = []
        var slots: [Slot] = []
        for number in 0..<messages.length {
            let size = messages.size(of: number)
            guard encoded.count <= Self.byteLimit - min(size, Self.byteLimit) else {
                throw .tooMuch("one message of each kind would take more than \(Self.byteLimit >> 20) MiB")
            }
            let names = Self.names(plan, messages, of: number)
            let properties = Self.properties(persistent: plan.persistent, priority: messages.priority(of: number))
            let start = encoded.count
            encoded += Self.encode(names, properties, size: size, frameMax: frameMax)
            slots.append(
                Slot(
                    start: start,
                    end: encoded.count,
                    body: start + Self.bodyOffset(names: names.count, properties: properties.count),
                    holdsMark: size >= MessageMark.byteCount,
                    holdsTime: size >= MessageMark.byteCountWithTime
                )
            )
        }
        let repeats = max(1, bytes / encoded.count)
        memory = .allocate(byteCount: encoded.count * repeats, alignment: 16)
        for number in 0..<repeats {
            UnsafeMutableRawBufferPointer(rebasing: memory[(number * encoded.count)...]).copyBytes(from: encoded)
        }
        self.slots = (0..<repeats).flatMap { number in slots.map { $0.moved(by: number * encoded.count) } }
        cycle = UInt64(messages.length)
    }

    deinit { memory.deallocate() }

    /// What the messages of one producer may take.
    static let byteLimit = 256 << 20

    /// How many messages can be filled at once after so many have been sent.
    func capacity(after sent: UInt64) -> UInt64 { UInt64(slots.count) - sent % cycle }

    /// The `count` messages of the producer that come after `sent` others.
    func fill(
        _ count: UInt64,
        after sent: UInt64,
        producer: Int,
        time: (UInt64) -> UInt64
    ) -> UnsafeRawBufferPointer {
        let first = Int(sent % cycle)
        let end = first + Int(count)
        var sequence = sent
        for slot in slots[first..<end] {
            if slot.holdsMark {
                let mark = MessageMark(producer: producer, sequence: sequence)
                memory.storeBytes(of: mark.rawValue, toByteOffset: slot.body, as: UInt64.self)
            }
            if slot.holdsTime {
                memory.storeBytes(of: time(sequence), toByteOffset: slot.body + 8, as: UInt64.self)
            }
            sequence += 1
        }
        return UnsafeRawBufferPointer(rebasing: memory[slots[first].start..<slots[end - 1].end])
    }
}

// MARK: - Encoding

extension PublishBatch {
    /// The exchange and the routing key of one of the messages as short strings.
    private static func names(_ plan: LoadPlan, _ messages: MessageCycle, of number: Int) -> [UInt8] {
        switch plan.route {
        case .queueName: shortString("") + shortString(plan.queueName(messages.queue(of: number) ?? 0))
        case .fanout: shortString(plan.fanoutName) + shortString("")
        case .exchange(let exchange, let keys):
            shortString(exchange) + shortString(keys[messages.routingKey(of: number)])
        }
    }

    private static func shortString(_ text: String) -> [UInt8] {
        [UInt8(truncatingIfNeeded: text.utf8.count)] + text.utf8
    }

    /// The flags of delivery mode and priority, and their values.
    private static func properties(persistent: Bool, priority: UInt8?) -> [UInt8] {
        let flags: UInt8 = (persistent ? 0x10 : 0) | (priority == nil ? 0 : 0x08)
        return [flags, 0] + (persistent ? [DeliveryMode.persistent.rawValue] : []) + (priority.map { [$0] } ?? [])
    }

    private static func encode(_ names: [UInt8], _ properties: [UInt8], size: Int, frameMax: UInt32) -> [UInt8] {
        var buffer = ByteBuffer()
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        names.withUnsafeBytes { names in
            properties.withUnsafeBytes { properties in
                body.withUnsafeBytes { body in
                    FrameEncoder.writePublish(
                        channel: LoadConnection.channel,
                        exchangeAndRoutingKey: names,
                        mandatory: false,
                        properties: properties,
                        body: body,
                        frameMax: Int(frameMax),
                        into: &buffer
                    )
                }
            }
        }
        return Array(buffer.readableBytesView)
    }

    /// Where the body begins: after the frames of the method and the content header, and a frame's header.
    private static func bodyOffset(names: Int, properties: Int) -> Int {
        let method = FrameLimits.overhead + 4 + 3 + names
        let contentHeader = FrameLimits.overhead + 12 + properties
        return method + contentHeader + FrameLimits.headerSize
    }
}
