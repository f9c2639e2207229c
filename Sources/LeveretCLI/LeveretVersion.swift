/// The version of this binary.
enum LeveretVersion {
    static let current = "0.1.0"
}
