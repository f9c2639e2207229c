/// The class and method numbers of an AMQP method.
public struct MethodID: Sendable, Hashable {
    /// The class number, such as 50 for queue.
    public var classID: UInt16
    /// The method number within its class.
    public var methodID: UInt16

    /// Makes an identifier of two numbers.
    public init(classID: UInt16, methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }
}

extension MethodID {
    package static let connectionOpen = MethodID(classID: 10, methodID: 40)
    package static let channelOpen = MethodID(classID: 20, methodID: 10)
    package static let channelFlow = MethodID(classID: 20, methodID: 20)
    package static let exchangeDeclare = MethodID(classID: 40, methodID: 10)
    package static let exchangeDelete = MethodID(classID: 40, methodID: 20)
    package static let exchangeBind = MethodID(classID: 40, methodID: 30)
    package static let exchangeUnbind = MethodID(classID: 40, methodID: 40)
    package static let queueDeclare = MethodID(classID: 50, methodID: 10)
    package static let queueBind = MethodID(classID: 50, methodID: 20)
    package static let queuePurge = MethodID(classID: 50, methodID: 30)
    package static let queueDelete = MethodID(classID: 50, methodID: 40)
    package static let queueUnbind = MethodID(classID: 50, methodID: 50)
    package static let basicQos = MethodID(classID: 60, methodID: 10)
    package static let basicConsume = MethodID(classID: 60, methodID: 20)
    package static let basicCancel = MethodID(classID: 60, methodID: 30)
    package static let basicPublish = MethodID(classID: 60, methodID: 40)
    package static let basicGet = MethodID(classID: 60, methodID: 70)
    package static let basicAck = MethodID(classID: 60, methodID: 80)
    package static let basicReject = MethodID(classID: 60, methodID: 90)
    package static let basicRecoverAsync = MethodID(classID: 60, methodID: 100)
    package static let basicRecover = MethodID(classID: 60, methodID: 110)
    package static let basicNack = MethodID(classID: 60, methodID: 120)
    package static let confirmSelect = MethodID(classID: 85, methodID: 10)
    package static let txSelect = MethodID(classID: 90, methodID: 10)
    package static let txCommit = MethodID(classID: 90, methodID: 20)
    package static let txRollback = MethodID(classID: 90, methodID: 30)
}
