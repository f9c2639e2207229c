/// One argument of a method.
struct FieldDefinition {
    /// How an argument is encoded and what it is in Swift.
    enum Kind {
        case bit
        case octet
        case short
        case long
        case longlong
        /// Up to 255 bytes of UTF-8.
        case shortString
        /// A long string that is text.
        case longText
        /// A long string that may be any bytes.
        case longBytes
        case table
    }

    /// The protocol's name, or `nil` if the argument is reserved: written as nothing and ignored when read.
    var name: String?
    var kind: Kind

    static func field(_ name: String, _ kind: Kind) -> FieldDefinition {
        FieldDefinition(name: name, kind: kind)
    }

    static func reserved(_ kind: Kind) -> FieldDefinition {
        FieldDefinition(name: nil, kind: kind)
    }

    static func bit(_ name: String) -> FieldDefinition { .field(name, .bit) }
    static func string(_ name: String) -> FieldDefinition { .field(name, .shortString) }
    static let arguments = field("arguments", .table)
    static let noWait = bit("no-wait")
    /// The ticket of access.request, which nobody checks any more.
    static let ticket = reserved(.short)
}
