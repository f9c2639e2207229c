#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What `leveret serve` prints on standard output once it accepts connections.
struct Announcement {
    /// Where it listens, as `127.0.0.1:5672`.
    var addresses: [String]
    var port: Int?
    /// Whether clients must speak TLS at that port.
    var isTLS = false
    /// The host as it was asked for.
    var host: String
    /// `nil` if everything is in memory.
    var directory: String?
    /// How this program was called, so that the line to try can be pasted.
    var program: String

    var lines: [String] {
        addresses.map { "listening on \($0)" } + [data, attempt]
    }

    private var data: String {
        guard let directory else { return "data in memory only" }
        return "data in \(Self.absolute(directory))"
    }

    private var attempt: String {
        "try: \(program) publish --url \(url) --queue hello --declare \"hi\""
    }

    /// How this machine reaches it: an address that stands for all of them cannot be connected to everywhere.
    private var url: String {
        let reachable: String
        switch host {
        case "0.0.0.0": reachable = "127.0.0.1"
        case "::", "::0": reachable = "[::1]"
        default: reachable = host.contains(":") ? "[\(host)]" : host
        }
        return "\(isTLS ? "amqps" : "amqp")://\(reachable):\(port ?? 5672)"
    }

    private static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
