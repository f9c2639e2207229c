/// A class of AMQP 0-9-1: a number and the methods that belong together under it.
struct ClassDefinition {
    var name: String
    var number: UInt16
    var methods: [MethodDefinition]
}
