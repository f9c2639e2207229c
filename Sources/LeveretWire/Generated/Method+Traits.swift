// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

package import LeveretModel

extension Method {
    /// The method's class and method number.
    package var id: MethodID {
        switch self {
        case .connectionStart: ConnectionStart.id
        case .connectionStartOk: ConnectionStartOk.id
        case .connectionSecure: ConnectionSecure.id
        case .connectionSecureOk: ConnectionSecureOk.id
        case .connectionTune: ConnectionTune.id
        case .connectionTuneOk: ConnectionTuneOk.id
        case .connectionOpen: ConnectionOpen.id
        case .connectionOpenOk: ConnectionOpenOk.id
        case .connectionClose: ConnectionClose.id
        case .connectionCloseOk: ConnectionCloseOk.id
        case .connectionBlocked: ConnectionBlocked.id
        case .connectionUnblocked: ConnectionUnblocked.id
        case .connectionUpdateSecret: ConnectionUpdateSecret.id
        case .connectionUpdateSecretOk: ConnectionUpdateSecretOk.id
        case .channelOpen: ChannelOpen.id
        case .channelOpenOk: ChannelOpenOk.id
        case .channelFlow: ChannelFlow.id
        case .channelFlowOk: ChannelFlowOk.id
        case .channelClose: ChannelClose.id
        case .channelCloseOk: ChannelCloseOk.id
        case .accessRequest: AccessRequest.id
        case .accessRequestOk: AccessRequestOk.id
        case .exchangeDeclare: ExchangeDeclare.id
        case .exchangeDeclareOk: ExchangeDeclareOk.id
        case .exchangeDelete: ExchangeDelete.id
        case .exchangeDeleteOk: ExchangeDeleteOk.id
        case .exchangeBind: ExchangeBind.id
        case .exchangeBindOk: ExchangeBindOk.id
        case .exchangeUnbind: ExchangeUnbind.id
        case .exchangeUnbindOk: ExchangeUnbindOk.id
        case .queueDeclare: QueueDeclare.id
        case .queueDeclareOk: QueueDeclareOk.id
        case .queueBind: QueueBind.id
        case .queueBindOk: QueueBindOk.id
        case .queuePurge: QueuePurge.id
        case .queuePurgeOk: QueuePurgeOk.id
        case .queueDelete: QueueDelete.id
        case .queueDeleteOk: QueueDeleteOk.id
        case .queueUnbind: QueueUnbind.id
        case .queueUnbindOk: QueueUnbindOk.id
        case .basicQos: BasicQos.id
        case .basicQosOk: BasicQosOk.id
        case .basicConsume: BasicConsume.id
        case .basicConsumeOk: BasicConsumeOk.id
        case .basicCancel: BasicCancel.id
        case .basicCancelOk: BasicCancelOk.id
        case .basicPublish: BasicPublish.id
        case .basicReturn: BasicReturn.id
        case .basicDeliver: BasicDeliver.id
        case .basicGet: BasicGet.id
        case .basicGetOk: BasicGetOk.id
        case .basicGetEmpty: BasicGetEmpty.id
        case .basicAck: BasicAck.id
        case .basicReject: BasicReject.id
        case .basicRecoverAsync: BasicRecoverAsync.id
        case .basicRecover: BasicRecover.id
        case .basicRecoverOk: BasicRecoverOk.id
        case .basicNack: BasicNack.id
        case .confirmSelect: ConfirmSelect.id
        case .confirmSelectOk: ConfirmSelectOk.id
        case .txSelect: TxSelect.id
        case .txSelectOk: TxSelectOk.id
        case .txCommit: TxCommit.id
        case .txCommitOk: TxCommitOk.id
        case .txRollback: TxRollback.id
        case .txRollbackOk: TxRollbackOk.id
        }
    }
}

extension MethodID {
    /// Whether a content header and body frames follow the method.
    package var hasContent: Bool {
        switch (classID, methodID) {
        case (60, 40), (60, 50), (60, 60), (60, 71): true
        default: false
        }
    }

    /// Whether the sender waits for an answer.
    package var isSynchronous: Bool {
        switch (classID, methodID) {
        case (10, 10), (10, 20), (10, 30), (10, 40), (10, 50), (10, 70): true
        case (20, 10), (20, 20), (20, 40): true
        case (30, 10): true
        case (40, 10), (40, 20), (40, 30), (40, 40): true
        case (50, 10), (50, 20), (50, 30), (50, 40), (50, 50): true
        case (60, 10), (60, 20), (60, 30), (60, 70), (60, 110): true
        case (85, 10): true
        case (90, 10), (90, 20), (90, 30): true
        default: false
        }
    }

    /// The protocol's name, such as `queue.declare-ok`, or the numbers of an unknown method.
    package var name: String {
        switch (classID, methodID) {
        case (10, 10): "connection.start"
        case (10, 11): "connection.start-ok"
        case (10, 20): "connection.secure"
        case (10, 21): "connection.secure-ok"
        case (10, 30): "connection.tune"
        case (10, 31): "connection.tune-ok"
        case (10, 40): "connection.open"
        case (10, 41): "connection.open-ok"
        case (10, 50): "connection.close"
        case (10, 51): "connection.close-ok"
        case (10, 60): "connection.blocked"
        case (10, 61): "connection.unblocked"
        case (10, 70): "connection.update-secret"
        case (10, 71): "connection.update-secret-ok"
        case (20, 10): "channel.open"
        case (20, 11): "channel.open-ok"
        case (20, 20): "channel.flow"
        case (20, 21): "channel.flow-ok"
        case (20, 40): "channel.close"
        case (20, 41): "channel.close-ok"
        case (30, 10): "access.request"
        case (30, 11): "access.request-ok"
        case (40, 10): "exchange.declare"
        case (40, 11): "exchange.declare-ok"
        case (40, 20): "exchange.delete"
        case (40, 21): "exchange.delete-ok"
        case (40, 30): "exchange.bind"
        case (40, 31): "exchange.bind-ok"
        case (40, 40): "exchange.unbind"
        case (40, 51): "exchange.unbind-ok"
        case (50, 10): "queue.declare"
        case (50, 11): "queue.declare-ok"
        case (50, 20): "queue.bind"
        case (50, 21): "queue.bind-ok"
        case (50, 30): "queue.purge"
        case (50, 31): "queue.purge-ok"
        case (50, 40): "queue.delete"
        case (50, 41): "queue.delete-ok"
        case (50, 50): "queue.unbind"
        case (50, 51): "queue.unbind-ok"
        case (60, 10): "basic.qos"
        case (60, 11): "basic.qos-ok"
        case (60, 20): "basic.consume"
        case (60, 21): "basic.consume-ok"
        case (60, 30): "basic.cancel"
        case (60, 31): "basic.cancel-ok"
        case (60, 40): "basic.publish"
        case (60, 50): "basic.return"
        case (60, 60): "basic.deliver"
        case (60, 70): "basic.get"
        case (60, 71): "basic.get-ok"
        case (60, 72): "basic.get-empty"
        case (60, 80): "basic.ack"
        case (60, 90): "basic.reject"
        case (60, 100): "basic.recover-async"
        case (60, 110): "basic.recover"
        case (60, 111): "basic.recover-ok"
        case (60, 120): "basic.nack"
        case (85, 10): "confirm.select"
        case (85, 11): "confirm.select-ok"
        case (90, 10): "tx.select"
        case (90, 11): "tx.select-ok"
        case (90, 20): "tx.commit"
        case (90, 21): "tx.commit-ok"
        case (90, 30): "tx.rollback"
        case (90, 31): "tx.rollback-ok"
        default: "\(classID).\(methodID)"
        }
    }
}
