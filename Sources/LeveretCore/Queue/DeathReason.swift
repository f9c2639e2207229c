/// Why a message left its queue without having been acknowledged, in RabbitMQ's words.
enum DeathReason: String {
    case rejected
    case expired
    case maxlen
    case deliveryLimit = "delivery_limit"
}
