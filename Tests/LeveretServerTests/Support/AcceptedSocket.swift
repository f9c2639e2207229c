#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The server's end of a connection within this process, as the system sees it.
struct AcceptedSocket {
    private let descriptor: Int32

    /// Looks for the socket whose peer has the port; `nil` if there is none.
    init?(peerPort: Int) {
        let found = (0..<Int32(4096)).first { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
            }
            return code == 0 && Int32(address.sin_family) == AF_INET && Int(address.sin_port.bigEndian) == peerPort
        }
        guard let found else { return nil }
        descriptor = found
    }

    /// Whether TCP_NODELAY is set.
    var sendsAtOnce: Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length) == 0 && value != 0
    }
}
