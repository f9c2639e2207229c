/// Up to which ordinal a durable queue may deliver persistent messages.
///
/// A message that may have been delivered must be found marked so after a crash, and the mark must be on disk before
/// the message leaves. Marks are therefore taken well ahead: one write lets many messages pass, and a crash marks at
/// most `stride` messages that had not been delivered yet. A clean shutdown writes the exact mark.
struct DeliveryLimit {
    static let stride: UInt64 = 16_384

    /// On disk: messages up to here may be delivered.
    private(set) var durable: UInt64 = 0
    /// Asked for, and perhaps on its way to the disk.
    private(set) var requested: UInt64 = 0
    /// Whether the queue is on the list of those whose mark is to be written.
    var isScheduled = false

    init() {}

    /// What a journal holds.
    init(recovered ordinal: UInt64) {
        durable = ordinal
        requested = ordinal
    }

    func allows(_ ordinal: UInt64) -> Bool { ordinal <= durable }

    /// Moves the limit ahead of an ordinal if it is near. `true` if there is something new to write.
    mutating func extend(past ordinal: UInt64) -> Bool {
        guard ordinal + DeliveryLimit.stride / 2 > requested else { return false }
        requested = ordinal + DeliveryLimit.stride
        return true
    }

    /// Takes the limit back to what has been delivered. `true` if there is something new to write.
    mutating func retract(to ordinal: UInt64) -> Bool {
        guard requested > ordinal else { return false }
        requested = ordinal
        return true
    }

    /// The journal has written this limit.
    mutating func written(_ ordinal: UInt64) { durable = ordinal }
}
