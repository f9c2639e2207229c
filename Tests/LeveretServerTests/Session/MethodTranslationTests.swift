import LeveretCore
import LeveretModel
import LeveretWire
import Testing

@testable import LeveretServer

@Suite struct MethodTranslationTests {
    @Test func `names lose their line breaks`() {
        let request = ChannelRequest(.queueDeclare(QueueDeclare(queue: "a\r\nb\n", durable: true)))
        let declare = LeveretCore.DeclareQueue(
            name: "ab",
            passive: false,
            options: QueueOptions(durable: true),
            noWait: false
        )
        #expect(request == .method(.declareQueue(declare)))
    }

    @Test func `routing keys keep theirs`() {
        let request = ChannelRequest(.queueBind(QueueBind(queue: "q", exchange: "x", routingKey: "a\nb")))
        let bind = Bind(destination: "q", source: "x", routingKey: "a\nb", arguments: [:], noWait: false)
        #expect(request == .method(.bindQueue(bind)))
    }

    @Test func `a prefetch size is not implemented`() {
        let request = ChannelRequest(.basicQos(BasicQos(prefetchSize: 1, prefetchCount: 2)))
        guard case .refuse(let error) = request else {
            Issue.record("a refusal was expected")
            return
        }
        #expect(error.code == .notImplemented)
        #expect(error.method == MethodID.basicQos)
        #expect(
            ChannelRequest(.basicQos(BasicQos(prefetchSize: 0, prefetchCount: 2, global: true)))
                == .method(.setPrefetch(count: 2, size: 0, global: true))
        )
    }

    @Test func `transactions are the core's`() {
        #expect(ChannelRequest(.txSelect(TxSelect())) == .method(.selectTransactions(noWait: false)))
        #expect(ChannelRequest(.txCommit(TxCommit())) == .method(.commit))
        #expect(ChannelRequest(.txRollback(TxRollback())) == .method(.rollback))
    }

    @Test func `an old client gets its ticket`() {
        #expect(
            ChannelRequest(.accessRequest(AccessRequest(realm: "/data")))
                == .answer(.accessRequestOk(AccessRequestOk(ticket: 1)))
        )
    }

    @Test func `a client's answers are accepted`() {
        #expect(ChannelRequest(.basicCancelOk(BasicCancelOk(consumerTag: "t"))) == .nothing)
        #expect(ChannelRequest(.channelFlowOk(ChannelFlowOk(active: true))) == .nothing)
    }

    @Test func `methods that only a server sends are refused with 503`() {
        let methods: [Method] = [
            .queueDeclareOk(QueueDeclareOk(queue: "q", messageCount: 0, consumerCount: 0)),
            .basicGetEmpty(BasicGetEmpty()), .confirmSelectOk(ConfirmSelectOk()), .exchangeBindOk(ExchangeBindOk()),
            .connectionOpenOk(ConnectionOpenOk()), .channelOpenOk(ChannelOpenOk()),
        ]
        for method in methods {
            guard case .refuse(let error) = ChannelRequest(method) else {
                Issue.record("a refusal of \(method.id.name) was expected")
                return
            }
            #expect(error.code == .commandInvalid)
            #expect(error.method == method.id)
        }
    }

    @Test func `acknowledgements keep their bits`() {
        #expect(
            ChannelRequest(.basicNack(BasicNack(deliveryTag: 7, multiple: true, requeue: true)))
                == .acknowledge(Acknowledgement(kind: .nack, deliveryTag: 7, multiple: true, requeue: true))
        )
        #expect(
            ChannelRequest(.basicReject(BasicReject(deliveryTag: 7, requeue: true)))
                == .acknowledge(Acknowledgement(kind: .reject, deliveryTag: 7, requeue: true))
        )
    }

    @Test func `recover-async has no answer`() {
        #expect(
            ChannelRequest(.basicRecoverAsync(BasicRecoverAsync(requeue: true)))
                == .method(.recover(requeue: true, noWait: true))
        )
        #expect(
            ChannelRequest(.basicRecover(BasicRecover(requeue: true)))
                == .method(.recover(requeue: true, noWait: false))
        )
    }
}
