// Written by `swift run LeveretCodegen` from the protocol definition; do not edit.

import LeveretModel

extension Method {
    /// Reads the fields of the method with this number, or `nil` if there is none.
    static func read(_ id: MethodID, from reader: inout MethodReader) throws(WireError) -> Method? {
        switch id.classID {
        case 10: try readConnection(id.methodID, from: &reader)
        case 20: try readChannel(id.methodID, from: &reader)
        case 30: try readAccess(id.methodID, from: &reader)
        case 40: try readExchange(id.methodID, from: &reader)
        case 50: try readQueue(id.methodID, from: &reader)
        case 60: try readBasic(id.methodID, from: &reader)
        case 85: try readConfirm(id.methodID, from: &reader)
        case 90: try readTx(id.methodID, from: &reader)
        default: nil
        }
    }

    private static func readConnection(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .connectionStart(try ConnectionStart(from: &reader))
        case 11: .connectionStartOk(try ConnectionStartOk(from: &reader))
        case 20: .connectionSecure(try ConnectionSecure(from: &reader))
        case 21: .connectionSecureOk(try ConnectionSecureOk(from: &reader))
        case 30: .connectionTune(try ConnectionTune(from: &reader))
        case 31: .connectionTuneOk(try ConnectionTuneOk(from: &reader))
        case 40: .connectionOpen(try ConnectionOpen(from: &reader))
        case 41: .connectionOpenOk(try ConnectionOpenOk(from: &reader))
        case 50: .connectionClose(try ConnectionClose(from: &reader))
        case 51: .connectionCloseOk(try ConnectionCloseOk(from: &reader))
        case 60: .connectionBlocked(try ConnectionBlocked(from: &reader))
        case 61: .connectionUnblocked(try ConnectionUnblocked(from: &reader))
        case 70: .connectionUpdateSecret(try ConnectionUpdateSecret(from: &reader))
        case 71: .connectionUpdateSecretOk(try ConnectionUpdateSecretOk(from: &reader))
        default: nil
        }
    }

    private static func readChannel(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .channelOpen(try ChannelOpen(from: &reader))
        case 11: .channelOpenOk(try ChannelOpenOk(from: &reader))
        case 20: .channelFlow(try ChannelFlow(from: &reader))
        case 21: .channelFlowOk(try ChannelFlowOk(from: &reader))
        case 40: .channelClose(try ChannelClose(from: &reader))
        case 41: .channelCloseOk(try ChannelCloseOk(from: &reader))
        default: nil
        }
    }

    private static func readAccess(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .accessRequest(try AccessRequest(from: &reader))
        case 11: .accessRequestOk(try AccessRequestOk(from: &reader))
        default: nil
        }
    }

    private static func readExchange(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .exchangeDeclare(try ExchangeDeclare(from: &reader))
        case 11: .exchangeDeclareOk(try ExchangeDeclareOk(from: &reader))
        case 20: .exchangeDelete(try ExchangeDelete(from: &reader))
        case 21: .exchangeDeleteOk(try ExchangeDeleteOk(from: &reader))
        case 30: .exchangeBind(try ExchangeBind(from: &reader))
        case 31: .exchangeBindOk(try ExchangeBindOk(from: &reader))
        case 40: .exchangeUnbind(try ExchangeUnbind(from: &reader))
        case 51: .exchangeUnbindOk(try ExchangeUnbindOk(from: &reader))
        default: nil
        }
    }

    private static func readQueue(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .queueDeclare(try QueueDeclare(from: &reader))
        case 11: .queueDeclareOk(try QueueDeclareOk(from: &reader))
        case 20: .queueBind(try QueueBind(from: &reader))
        case 21: .queueBindOk(try QueueBindOk(from: &reader))
        case 30: .queuePurge(try QueuePurge(from: &reader))
        case 31: .queuePurgeOk(try QueuePurgeOk(from: &reader))
        case 40: .queueDelete(try QueueDelete(from: &reader))
        case 41: .queueDeleteOk(try QueueDeleteOk(from: &reader))
        case 50: .queueUnbind(try QueueUnbind(from: &reader))
        case 51: .queueUnbindOk(try QueueUnbindOk(from: &reader))
        default: nil
        }
    }

    private static func readBasic(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .basicQos(try BasicQos(from: &reader))
        case 11: .basicQosOk(try BasicQosOk(from: &reader))
        case 20: .basicConsume(try BasicConsume(from: &reader))
        case 21: .basicConsumeOk(try BasicConsumeOk(from: &reader))
        case 30: .basicCancel(try BasicCancel(from: &reader))
        case 31: .basicCancelOk(try BasicCancelOk(from: &reader))
        case 40: .basicPublish(try BasicPublish(from: &reader))
        case 50: .basicReturn(try BasicReturn(from: &reader))
        case 60: .basicDeliver(try BasicDeliver(from: &reader))
        case 70: .basicGet(try BasicGet(from: &reader))
        case 71: .basicGetOk(try BasicGetOk(from: &reader))
        case 72: .basicGetEmpty(try BasicGetEmpty(from: &reader))
        case 80: .basicAck(try BasicAck(from: &reader))
        case 90: .basicReject(try BasicReject(from: &reader))
        case 100: .basicRecoverAsync(try BasicRecoverAsync(from: &reader))
        case 110: .basicRecover(try BasicRecover(from: &reader))
        case 111: .basicRecoverOk(try BasicRecoverOk(from: &reader))
        case 120: .basicNack(try BasicNack(from: &reader))
        default: nil
        }
    }

    private static func readConfirm(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .confirmSelect(try ConfirmSelect(from: &reader))
        case 11: .confirmSelectOk(try ConfirmSelectOk(from: &reader))
        default: nil
        }
    }

    private static func readTx(
        _ number: UInt16,
        from reader: inout MethodReader
    ) throws(WireError) -> Method? {
        switch number {
        case 10: .txSelect(try TxSelect(from: &reader))
        case 11: .txSelectOk(try TxSelectOk(from: &reader))
        case 20: .txCommit(try TxCommit(from: &reader))
        case 21: .txCommitOk(try TxCommitOk(from: &reader))
        case 30: .txRollback(try TxRollback(from: &reader))
        case 31: .txRollbackOk(try TxRollbackOk(from: &reader))
        default: nil
        }
    }

    /// Writes the fields, without the method's number.
    func write(to writer: inout MethodWriter) throws(EncodingError) {
        switch self {
        case .connectionStart(let fields): try fields.write(to: &writer)
        case .connectionStartOk(let fields): try fields.write(to: &writer)
        case .connectionSecure(let fields): try fields.write(to: &writer)
        case .connectionSecureOk(let fields): try fields.write(to: &writer)
        case .connectionTune(let fields): try fields.write(to: &writer)
        case .connectionTuneOk(let fields): try fields.write(to: &writer)
        case .connectionOpen(let fields): try fields.write(to: &writer)
        case .connectionOpenOk(let fields): try fields.write(to: &writer)
        case .connectionClose(let fields): try fields.write(to: &writer)
        case .connectionCloseOk(let fields): try fields.write(to: &writer)
        case .connectionBlocked(let fields): try fields.write(to: &writer)
        case .connectionUnblocked(let fields): try fields.write(to: &writer)
        case .connectionUpdateSecret(let fields): try fields.write(to: &writer)
        case .connectionUpdateSecretOk(let fields): try fields.write(to: &writer)
        case .channelOpen(let fields): try fields.write(to: &writer)
        case .channelOpenOk(let fields): try fields.write(to: &writer)
        case .channelFlow(let fields): try fields.write(to: &writer)
        case .channelFlowOk(let fields): try fields.write(to: &writer)
        case .channelClose(let fields): try fields.write(to: &writer)
        case .channelCloseOk(let fields): try fields.write(to: &writer)
        case .accessRequest(let fields): try fields.write(to: &writer)
        case .accessRequestOk(let fields): try fields.write(to: &writer)
        case .exchangeDeclare(let fields): try fields.write(to: &writer)
        case .exchangeDeclareOk(let fields): try fields.write(to: &writer)
        case .exchangeDelete(let fields): try fields.write(to: &writer)
        case .exchangeDeleteOk(let fields): try fields.write(to: &writer)
        case .exchangeBind(let fields): try fields.write(to: &writer)
        case .exchangeBindOk(let fields): try fields.write(to: &writer)
        case .exchangeUnbind(let fields): try fields.write(to: &writer)
        case .exchangeUnbindOk(let fields): try fields.write(to: &writer)
        case .queueDeclare(let fields): try fields.write(to: &writer)
        case .queueDeclareOk(let fields): try fields.write(to: &writer)
        case .queueBind(let fields): try fields.write(to: &writer)
        case .queueBindOk(let fields): try fields.write(to: &writer)
        case .queuePurge(let fields): try fields.write(to: &writer)
        case .queuePurgeOk(let fields): try fields.write(to: &writer)
        case .queueDelete(let fields): try fields.write(to: &writer)
        case .queueDeleteOk(let fields): try fields.write(to: &writer)
        case .queueUnbind(let fields): try fields.write(to: &writer)
        case .queueUnbindOk(let fields): try fields.write(to: &writer)
        case .basicQos(let fields): try fields.write(to: &writer)
        case .basicQosOk(let fields): try fields.write(to: &writer)
        case .basicConsume(let fields): try fields.write(to: &writer)
        case .basicConsumeOk(let fields): try fields.write(to: &writer)
        case .basicCancel(let fields): try fields.write(to: &writer)
        case .basicCancelOk(let fields): try fields.write(to: &writer)
        case .basicPublish(let fields): try fields.write(to: &writer)
        case .basicReturn(let fields): try fields.write(to: &writer)
        case .basicDeliver(let fields): try fields.write(to: &writer)
        case .basicGet(let fields): try fields.write(to: &writer)
        case .basicGetOk(let fields): try fields.write(to: &writer)
        case .basicGetEmpty(let fields): try fields.write(to: &writer)
        case .basicAck(let fields): try fields.write(to: &writer)
        case .basicReject(let fields): try fields.write(to: &writer)
        case .basicRecoverAsync(let fields): try fields.write(to: &writer)
        case .basicRecover(let fields): try fields.write(to: &writer)
        case .basicRecoverOk(let fields): try fields.write(to: &writer)
        case .basicNack(let fields): try fields.write(to: &writer)
        case .confirmSelect(let fields): try fields.write(to: &writer)
        case .confirmSelectOk(let fields): try fields.write(to: &writer)
        case .txSelect(let fields): try fields.write(to: &writer)
        case .txSelectOk(let fields): try fields.write(to: &writer)
        case .txCommit(let fields): try fields.write(to: &writer)
        case .txCommitOk(let fields): try fields.write(to: &writer)
        case .txRollback(let fields): try fields.write(to: &writer)
        case .txRollbackOk(let fields): try fields.write(to: &writer)
        }
    }
}
