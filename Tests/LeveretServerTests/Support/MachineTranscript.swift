import LeveretCore
import LeveretModel
import LeveretWire

@testable import LeveretServer

/// Drives a connection's machine as the handler does, and writes down what it wants and what reaches the core.
struct MachineTranscript {
    var machine: ConnectionStateMachine
    private var batch = InboundBatch()
    private var unread: [UInt8] = []
    /// What would have reached the core, in words.
    private(set) var commands: [String] = []
    /// How often a batch with something in it was applied.
    private(set) var batchCount = 0

    init(bodyLimit: Int = 16 << 20) {
        machine = ConnectionStateMachine(
            handshake: HandshakeStateMachine(serverProperties: [:], proposal: .serverProposal),
            bodyLimit: bodyLimit
        )
    }

    /// A machine whose connection is open, with these channels.
    static func open(channels: [UInt16] = [1], bodyLimit: Int = 16 << 20) -> MachineTranscript {
        var transcript = MachineTranscript(bodyLimit: bodyLimit)
        _ = transcript.feed(ClientBytes.header)
        _ = transcript.feed(ClientBytes.startOk())
        _ = transcript.feed(ClientBytes.tuneOk(heartbeat: 60))
        _ = transcript.feed(ClientBytes.open())
        for number in channels { _ = transcript.feed(ClientBytes.openChannel(number)) }
        transcript.commands = []
        transcript.batchCount = 0
        return transcript
    }

    /// The actions that follow from bytes. Logins are accepted; errors are taken note of as the handler does.
    mutating func feed(_ bytes: [UInt8]) -> [ConnectionStateMachine.ReceiveAction] {
        var actions: [ConnectionStateMachine.ReceiveAction] = []
        unread += bytes
        let input = unread
        let taken = input.withUnsafeBytes { bytes -> Int in
            var offset = 0
            while true {
                let action = machine.receive(bytes, at: &offset, into: &batch)
                apply()
                if case .readMore = action { return offset }
                note(action)
                actions.append(action)
            }
        }
        unread.removeFirst(taken)
        return actions
    }

    private mutating func note(_ action: ConnectionStateMachine.ReceiveAction) {
        switch action {
        case .authenticate: _ = machine.authenticated(true)
        case .fail: _ = machine.failed()
        case .failChannel(let number, _): _ = machine.channelFailed(number)
        default: break
        }
    }

    private mutating func apply() {
        batch.endRun()
        if !batch.isEmpty { batchCount += 1 }
        var words: [String] = []
        batch.forEachCommand(of: SessionID(rawValue: 1)) { words.append(Self.describe($0)) }
        commands += words
        batch.removeAll()
    }

    private static func describe(_ command: Command) -> String {
        switch command {
        case .openChannel(let channel): "open \(channel.number)"
        case .closeChannel(let channel): "close \(channel.number)"
        case .publish(let channel, let run):
            "publish \(channel.number): " + run.map(Self.describe).joined(separator: ", ")
        case .acknowledge(let channel, let run):
            "settle \(channel.number): " + run.map { "\($0.kind) \($0.deliveryTag)" }.joined(separator: ", ")
        case .method(let channel, let method): "method \(channel.number): \(method)"
        default: "another command"
        }
    }

    private static func describe(_ view: PublishingView) -> String {
        let exchange = String(decoding: view.address.exchange, as: UTF8.self)
        let key = String(decoding: view.address.routingKey, as: UTF8.self)
        let body = view.body.count <= 16 ? String(decoding: view.body, as: UTF8.self) : "\(view.body.count) bytes"
        return "\(exchange)/\(key)=\(body)\(view.mandatory ? "!" : "")"
    }
}
