#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system refused a call.
struct SystemError: Error, Hashable, CustomStringConvertible {
    var code: Int32
    /// What was to be done, as in `open orders.txt`.
    var action: String

    /// The error that the system reported last.
    static func last(_ action: String) -> SystemError { SystemError(code: errno, action: action) }

    /// The system's text for the code.
    var reason: String { String(cString: strerror(code)) }

    var description: String { "cannot \(action): \(reason)" }
}
