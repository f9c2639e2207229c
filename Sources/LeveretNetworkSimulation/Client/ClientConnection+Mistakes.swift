import LeveretModel
import LeveretSimulation
import LeveretWire

// What clients do wrong, each of it once.

extension ClientConnection {
    func makeMistake(on channel: ClientChannel, _ random: inout SeededGenerator) {
        switch random.number(1...8) {
        case 1: say(.queueDeclare(passive("missing")), on: channel, .mistake(channel))
        case 2: say(.basicAck(BasicAck(deliveryTag: 1_000_000)), on: channel, .mistake(channel))
        case 3: say(.basicConsume(BasicConsume(queue: "missing", consumerTag: "none")), on: channel, .mistake(channel))
        case 4: publishNowhere(on: channel, &random)
        case 5: publishTooMuch(on: channel, &random)
        case 6: sendDamage(ClientFrames.frame(9, channel: channel.number, [1, 2, 3]))
        case 7: sendDamage(ClientFrames.frame(1, channel: 99, [0, 60, 0, 70]))
        default: sendDamage(ClientFrames.frame(1, channel: channel.number, [0, 20, 0, 10], end: 0))
        }
    }

    /// To an exchange that is not there.
    private func publishNowhere(on channel: ClientChannel, _ random: inout SeededGenerator) {
        say(.basicPublish(BasicPublish(exchange: "missing", routingKey: "")), on: channel, .mistake(channel))
        let frames = ClientFrames.content([0, 0], [1, 2, 3], channel: channel.number, frameMax: frameMax, &random)
        send(frames.map { ClientFrame(bytes: $0) }, on: channel.number)
    }

    /// A body that is longer than any may be, of which the server reads the header and passes over the rest.
    private func publishTooMuch(on channel: ClientChannel, _ random: inout SeededGenerator) {
        guard plan.largestBody < 100_000 else { return }
        let body = [UInt8](repeating: 7, count: plan.largestBody + 1)
        say(.basicPublish(BasicPublish(exchange: "", routingKey: "q0")), on: channel, .mistake(channel))
        let frames = ClientFrames.content([0, 0], body, channel: channel.number, frameMax: frameMax, &random)
        send(frames.map { ClientFrame(bytes: $0) }, on: channel.number)
    }

    private func sendDamage(_ bytes: [UInt8]) {
        // The server need not wait for the end to see what it is.
        events.append((queuedCount + 1, .damage))
        put(ClientFrame(bytes: bytes))
    }
}
