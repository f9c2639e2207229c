import LeveretCore
import LeveretModel
import LeveretWire
import Testing

@testable import LeveretServer

@Suite struct ConnectionStateMachineTests {
    private typealias Action = ConnectionStateMachine.ReceiveAction

    private func failure(_ actions: [Action]) -> AMQPError? {
        guard case .fail(let error) = actions.last else { return nil }
        return error
    }

    // MARK: Opening

    @Test func `everything may come at once, without waiting for answers`() {
        var transcript = MachineTranscript()
        let actions = transcript.feed(
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk() + ClientBytes.open()
                + ClientBytes.openChannel(1) + ClientBytes.publish(channel: 1, key: "q", body: Array("hi".utf8))
        )
        #expect(actions.last == .openSession(virtualHost: "/"))
        #expect(transcript.commands == ["open 1", "publish 1: /q=hi"])
        #expect(transcript.machine.state == .open)
    }

    @Test func `the same follows however the bytes are cut`() {
        let bytes =
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk() + ClientBytes.open()
            + ClientBytes.openChannel(1)
            + ClientBytes.publish(channel: 1, key: "q", body: Array("first".utf8))
            + ClientBytes.publish(channel: 1, key: "q", body: [], mandatory: true)
            + ClientBytes.method(.basicAck(BasicAck(deliveryTag: 3)), channel: 1)
        for cut in 0...bytes.count {
            var transcript = MachineTranscript()
            _ = transcript.feed(Array(bytes[..<cut]))
            _ = transcript.feed(Array(bytes[cut...]))
            let all = transcript.commands.joined(separator: "; ")
            #expect(all.hasPrefix("open 1; publish 1: /q=first"), "cut at \(cut)")
            #expect(all.hasSuffix("/q=!; settle 1: acknowledge 3"), "cut at \(cut)")
        }
        var transcript = MachineTranscript()
        for byte in bytes { _ = transcript.feed([byte]) }
        #expect(
            transcript.commands == [
                "open 1", "publish 1: /q=first", "publish 1: /q=!", "settle 1: acknowledge 3",
            ]
        )
    }

    @Test func `another protocol is refused`() {
        var transcript = MachineTranscript()
        #expect(transcript.feed(Array("GET / HTTP/1.1\r\n".utf8)) == [.refuseProtocol(.http)])
        #expect(transcript.machine.state == .closed)
        #expect(transcript.feed(ClientBytes.header).isEmpty)
    }

    @Test func `frames on channels must wait for the connection to be open`() {
        var transcript = MachineTranscript()
        _ = transcript.feed(ClientBytes.header)
        #expect(failure(transcript.feed(ClientBytes.openChannel(1)))?.code == .channelError)
    }

    @Test func `a frame longer than the limit before tuning is a frame error`() {
        var transcript = MachineTranscript()
        _ = transcript.feed(ClientBytes.header)
        let long = ClientBytes.frame(1, channel: 0, Array(repeating: 0, count: 10_000))
        #expect(failure(transcript.feed(Array(long.prefix(7))))?.code == .frameError)
    }

    // MARK: Runs

    @Test func `publishings and acknowledgements of a channel go to the core in runs`() {
        var transcript = MachineTranscript.open(channels: [1, 2])
        var bytes: [UInt8] = []
        for body in ["a", "b"] { bytes += ClientBytes.publish(channel: 1, key: "q", body: Array(body.utf8)) }
        for tag in UInt64(1)...3 {
            bytes += ClientBytes.method(.basicAck(BasicAck(deliveryTag: tag)), channel: 1)
        }
        bytes += ClientBytes.method(.basicReject(BasicReject(deliveryTag: 9, requeue: true)), channel: 2)
        bytes += ClientBytes.publish(channel: 2, key: "q", body: [])
        bytes += ClientBytes.publish(channel: 1, key: "q", body: [])
        #expect(transcript.feed(bytes).isEmpty)
        #expect(
            transcript.commands == [
                "publish 1: /q=a, /q=b", "settle 1: acknowledge 1, acknowledge 2, acknowledge 3",
                "settle 2: reject 9", "publish 2: /q=", "publish 1: /q=",
            ]
        )
        #expect(transcript.batchCount == 1)
    }

    @Test func `contents of several channels may be interleaved`() {
        var transcript = MachineTranscript.open(channels: [1, 2])
        let first = ClientBytes.publish(channel: 1, key: "one", body: Array("11".utf8))
        let second = ClientBytes.publish(channel: 2, key: "two", body: Array("22".utf8))
        let cut = first.count - 10
        #expect(transcript.feed(Array(first[..<(first.count - 10)])).isEmpty)
        _ = transcript.feed(Array(first[cut...]) + second)
        #expect(transcript.commands == ["publish 1: /one=11", "publish 2: /two=22"])
    }

    @Test func `bodies in many frames are put together, several of them in one read`() {
        var transcript = MachineTranscript.open()
        let body = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = ClientBytes.publish(channel: 1, key: "q", body: body, frameMax: 4096)
        let actions = transcript.feed(bytes + bytes + bytes + bytes)
        #expect(actions.allSatisfy { $0 == .apply })
        #expect(
            transcript.commands.joined(separator: ", ").split(separator: ", ").count { $0.hasSuffix("10000 bytes") }
                == 4
        )
        #expect(transcript.batchCount == 2, "two contents fit into a batch")
    }

    // MARK: Errors of the connection

    @Test func `a publish with immediate is not implemented`() {
        var transcript = MachineTranscript.open()
        let payload: [UInt8] = [0, 60, 0, 40, 0, 0, 0, 1, 0x71, 2]
        let error = failure(transcript.feed(ClientBytes.frame(1, channel: 1, payload)))
        #expect(error == AMQPError(.notImplemented, "immediate=true", method: .basicPublish))
    }

    @Test func `commands before an error are applied`() {
        var transcript = MachineTranscript.open()
        let good = ClientBytes.publish(channel: 1, key: "q", body: Array("a".utf8))
        let error = failure(transcript.feed(good + ClientBytes.frame(1, channel: 1, [0, 60, 0, 40], end: 0)))
        #expect(error?.code == .frameError)
        #expect(transcript.commands == ["publish 1: /q=a"])
        #expect(transcript.machine.state == .closing)
    }

    @Test(arguments: [
        (ClientBytes.openChannel(1), "CHANNEL_ERROR - second 'channel.open' seen"),
        (ClientBytes.channelClose(2), "CHANNEL_ERROR - expected 'channel.open'"),
        (ClientBytes.publish(channel: 7, key: "q", body: [1]), "CHANNEL_ERROR - expected 'channel.open'"),
        (ClientBytes.frame(3, channel: 7, [1]), "CHANNEL_ERROR - expected 'channel.open'"),
        (ClientBytes.method(.basicAck(BasicAck(deliveryTag: 1))), "CHANNEL_ERROR - unexpected method"),
        (ClientBytes.open(), "CHANNEL_ERROR - unexpected method"),
        (ClientBytes.frame(9, channel: 1, []), "FRAME_ERROR - "),
        (ClientBytes.frame(8, channel: 1, []), "UNEXPECTED_FRAME - "),
        (ClientBytes.frame(3, channel: 0, [1]), "UNEXPECTED_FRAME - "),
        (ClientBytes.frame(3, channel: 1, [1]), "UNEXPECTED_FRAME - "),
        (ClientBytes.frame(1, channel: 1, [0, 60, 0, 99]), "COMMAND_INVALID - "),
        (ClientBytes.frame(1, channel: 1, [0, 60, 0, 80]), "SYNTAX_ERROR - "),
        (ClientBytes.frame(1, channel: 1, [0]), "FRAME_ERROR - "),
    ])
    func `what breaks the rules closes the connection`(bytes: [UInt8], text: String) {
        var transcript = MachineTranscript.open()
        let error = failure(transcript.feed(bytes))
        #expect(error?.text.hasPrefix(text) == true, "\(error?.text ?? "no error")")
        #expect(error?.scope == .connection)
        #expect(transcript.machine.state == .closing)
    }

    @Test func `a method in the middle of a content closes the connection`() {
        var transcript = MachineTranscript.open()
        let publish = ClientBytes.publish(channel: 1, key: "q", body: [1, 2, 3])
        _ = transcript.feed(Array(publish.dropLast(11)))
        let error = failure(transcript.feed(ClientBytes.method(.basicAck(BasicAck(deliveryTag: 1)), channel: 1)))
        #expect(error?.code == .unexpectedFrame)
    }

    // MARK: Closing the connection

    @Test func `a client that leaves is answered when the core has let go`() {
        var transcript = MachineTranscript.open()
        #expect(transcript.feed(ClientBytes.connectionClose + ClientBytes.openChannel(2)) == [.leave])
        #expect(transcript.commands.isEmpty)
        #expect(transcript.machine.sessionClosed() == .sendCloseOkAndDisconnect)
        #expect(transcript.machine.sessionClosed() == .nothing)
        #expect(transcript.machine.state == .closed)
    }

    @Test func `while the server closes, everything but close and close-ok is dropped`() {
        var transcript = MachineTranscript.open()
        #expect(transcript.machine.failed() == .sendClose)
        #expect(transcript.machine.failed() == .nothing)
        #expect(transcript.feed(ClientBytes.publish(channel: 1, key: "q", body: [1])).isEmpty)
        #expect(
            transcript.feed(ClientBytes.connectionClose)
                == [.send(.connectionCloseOk(ConnectionCloseOk()), channel: 0)]
        )
        #expect(transcript.feed(ClientBytes.method(.connectionCloseOk(ConnectionCloseOk()))) == [.disconnect])
        #expect(transcript.commands.isEmpty)
    }

    @Test func `both sides closing at once end with the client's answer`() {
        var transcript = MachineTranscript.open()
        #expect(transcript.feed(ClientBytes.connectionClose) == [.leave])
        #expect(transcript.machine.failed() == .sendCloseOkAndDisconnect)
        #expect(transcript.machine.sessionClosed() == .nothing)
    }

    @Test func `after a frame error nothing of the rest is taken for frames`() {
        var transcript = MachineTranscript.open()
        #expect(failure(transcript.feed(Array("garbage".utf8)))?.code == .frameError)
        #expect(transcript.feed(Array("more garbage".utf8)).isEmpty)
        #expect(transcript.machine.state == .closing)
    }

    // MARK: Closing channels

    @Test func `a channel that the client closes is free when the core has let go`() {
        var transcript = MachineTranscript.open()
        #expect(transcript.feed(ClientBytes.channelClose(1)).isEmpty)
        #expect(transcript.commands == ["close 1"])
        #expect(transcript.machine.channelClosed(1) == .sendCloseOk)
        #expect(transcript.feed(ClientBytes.openChannel(1)).isEmpty)
        #expect(transcript.commands == ["close 1", "open 1"])
    }

    @Test func `a channel that the broker closes drops everything until close-ok`() {
        var transcript = MachineTranscript.open()
        let content = ClientBytes.publish(channel: 1, key: "q", body: [1, 2, 3])
        _ = transcript.feed(Array(content.prefix(20)))
        #expect(transcript.machine.channelFailed(1) == .sendClose)
        _ = transcript.feed(Array(content.dropFirst(20)))
        _ = transcript.feed(content + ClientBytes.method(.basicAck(BasicAck(deliveryTag: 1)), channel: 1))
        #expect(transcript.commands.isEmpty)
        #expect(transcript.feed(ClientBytes.method(.channelCloseOk(ChannelCloseOk()), channel: 1)).isEmpty)
        #expect(transcript.feed(ClientBytes.openChannel(1)).isEmpty)
        #expect(transcript.commands == ["open 1"])
    }

    @Test func `a number is reserved until close-ok`() {
        var transcript = MachineTranscript.open()
        _ = transcript.machine.channelFailed(1)
        #expect(failure(transcript.feed(ClientBytes.openChannel(1)))?.code == .channelError)
    }

    @Test func `a client that closes a channel which is being closed is answered, and close-ok still awaited`() {
        var transcript = MachineTranscript.open()
        _ = transcript.machine.channelFailed(1)
        #expect(
            transcript.feed(ClientBytes.channelClose(1)) == [.send(.channelCloseOk(ChannelCloseOk()), channel: 1)]
        )
        #expect(transcript.machine.channelClosed(1) == .nothing)
        _ = transcript.feed(ClientBytes.method(.channelCloseOk(ChannelCloseOk()), channel: 1))
        #expect(transcript.feed(ClientBytes.openChannel(1)).isEmpty)
    }

    @Test func `both sides closing a channel at once are both answered`() {
        var transcript = MachineTranscript.open()
        _ = transcript.feed(ClientBytes.channelClose(1))
        #expect(transcript.machine.channelFailed(1) == .sendCloseAndCloseOk)
        #expect(transcript.machine.channelClosed(1) == .nothing)
        #expect(failure(transcript.feed(ClientBytes.openChannel(1)))?.code == .channelError)
    }

    @Test func `a message over the limit closes its channel and its body is dropped`() {
        var transcript = MachineTranscript.open(channels: [1, 2], bodyLimit: 10)
        let large = ClientBytes.publish(channel: 1, key: "q", body: Array(repeating: 7, count: 11))
        let actions = transcript.feed(large + ClientBytes.publish(channel: 2, key: "q", body: [0x61]))
        guard case .failChannel(1, let error) = actions.first else {
            Issue.record("the channel should be closed")
            return
        }
        #expect(error.code == .preconditionFailed)
        #expect(error.text.contains("message size 11 is larger than configured max size 10"))
        #expect(transcript.commands == ["publish 2: /q=a"])
    }

    @Test func `channel numbers may be any`() {
        var transcript = MachineTranscript.open(channels: [65_535, 64, 63])
        let bytes = [65_535, 64, 63].flatMap { ClientBytes.publish(channel: UInt16($0), key: "q", body: [0x61]) }
        #expect(transcript.feed(bytes).isEmpty)
        #expect(
            transcript.commands == ["publish 65535: /q=a", "publish 64: /q=a", "publish 63: /q=a"]
        )
        #expect(transcript.machine.channelCount == 3)
    }
}
