import LeveretCore
import LeveretModel
import LeveretWire
import Logging
import Synchronization

// Errors, and what the core says of channels and the session.

extension ConnectionHandler {
    /// Closes the connection with an error. What the client sent before it has been applied.
    func fail(_ error: AMQPError) {
        let action = machine.failed()
        guard action != .nothing else { return }
        logger.info("connection closes with an error", metadata: ["leveret_reason": "\(error)"])
        closeSession()
        switch action {
        case .sendClose: sendClose(error)
        case .sendCloseOkAndDisconnect: finish(.sendCloseOkAndDisconnect)
        case .nothing: break
        }
    }

    /// Closes the connection with an error, and hears until the client has answered what it still acknowledges: work
    /// that is done need not be done again.
    func failAfterAcknowledgements(_ error: AMQPError) {
        guard isSessionOpen, machine.state == .open else { return fail(error) }
        _ = machine.failed(hearingAcknowledgements: true)
        logger.info("connection closes with an error", metadata: ["leveret_reason": "\(error)"])
        for (number, tag) in outbound.update({ $0.consumerTags }) {
            batch.append(.method(number, .cancel(consumerTag: tag, noWait: true)))
        }
        apply()
        sendClose(error)
        outbound.update { $0.isComplete = true }
    }

    private func sendClose(_ error: AMQPError) {
        outbound.write(
            .connectionClose(
                ConnectionClose(
                    replyCode: error.code.rawValue,
                    replyText: error.shortText,
                    classID: error.method?.classID ?? 0,
                    methodID: error.method?.methodID ?? 0
                )
            )
        )
        // From now on only the client's answer is read, whatever blocked it before.
        gate = ReadGate()
        updateReading()
        startDeadline(closingTimeout, reason: "the client did not answer connection.close")
    }

    func failChannel(_ number: UInt16, _ error: AMQPError) {
        let action = machine.channelFailed(number)
        guard action != .nothing else { return }
        batch.append(.closeChannel(number))
        apply()
        report(action, of: number, error)
    }

    private func report(_ action: ChannelStateMachine.FailedAction, of number: UInt16, _ error: AMQPError) {
        guard action != .nothing else { return }
        logger.info(
            "channel closes with an error",
            metadata: ["leveret_channel": "\(number)", "leveret_reason": "\(error)"]
        )
        outbound.write(
            .channelClose(
                ChannelClose(
                    replyCode: error.code.rawValue,
                    replyText: error.shortText,
                    classID: error.method?.classID ?? 0,
                    methodID: error.method?.methodID ?? 0
                )
            ),
            channel: number
        )
        guard action == .sendCloseAndCloseOk else { return }
        outbound.write(.channelCloseOk(ChannelCloseOk()), channel: number)
    }

    func finish(_ action: ConnectionStateMachine.SessionClosedAction) {
        guard action == .sendCloseOkAndDisconnect else { return }
        outbound.write(.connectionCloseOk(ConnectionCloseOk()))
        flushing.ending = .awaitClient
        startDeadline(closingTimeout, reason: "the client did not hang up after connection.close-ok")
    }

    /// Takes what the core said of channels and the session since the last time.
    func takeEvents() {
        for event in outbound.takeEvents() {
            switch event {
            case .sessionOpened: logOpening()
            case .channelClosed(let number):
                if machine.channelClosed(number) == .sendCloseOk {
                    outbound.write(.channelCloseOk(ChannelCloseOk()), channel: number)
                }
                record?.channels.store(machine.channelCount, ordering: .relaxed)
            case .channelFailed(let number, let error): report(machine.channelFailed(number), of: number, error)
            case .consumerCancelled(let number, let tag): logCancelling(tag, on: number)
            case .sessionClosed: finish(machine.sessionClosed())
            case .sessionFailed(let error):
                isSessionOpen = false
                fail(error)
            case .renderingFailed(let error): fail(error)
            case .blocked(let reason, let awaitsAnswers): block(reason, awaitsAnswers: awaitsAnswers)
            case .unblocked: unblock()
            }
        }
    }

    private func logOpening() {
        guard let identity = record?.identity.withLock({ $0 }) else { return }
        logger.debug(
            "connection opened",
            metadata: [
                "leveret_user": "\(identity.user ?? "")",
                "leveret_virtual_host": "\(identity.virtualHost ?? "")",
                "leveret_client": "\(identity.clientName ?? identity.clientProduct ?? "")",
            ]
        )
    }

    /// Many clients do not notice, so that at least the log shows why nothing is delivered any more.
    private func logCancelling(_ tag: String, on number: UInt16) {
        logger.debug(
            "the broker cancelled a consumer, because its queue is gone",
            metadata: ["leveret_channel": "\(number)", "leveret_consumer_tag": "\(tag)"]
        )
    }
}
