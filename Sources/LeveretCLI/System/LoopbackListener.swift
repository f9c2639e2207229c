#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A listening TCP socket that only this machine reaches, on a free port.
final class LoopbackListener: Sendable {
    static let host = "127.0.0.1"

    let port: Int
    private let descriptor: Int32
    private let peer: String

    private static let action = "listen on \(host)"
    private static let backlog: Int32 = 128

    /// `peer` is who connects, for the texts of errors.
    init(peer: String) throws(SystemError) {
        let descriptor = socket(AF_INET, StreamSocket.streamType, 0)
        guard descriptor >= 0 else { throw .last(Self.action) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        do throws(SystemError) {
            port = try Self.listen(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.peer = peer
    }

    deinit { close(descriptor) }

    /// The next connection; `nil` if none comes for so many milliseconds.
    func accept(milliseconds: Int32) throws(SystemError) -> StreamSocket? {
        var wish = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&wish, 1, milliseconds)
        if ready == 0 || (ready < 0 && errno == EINTR) { return nil }
        let connected = ready < 0 ? -1 : systemAccept(descriptor)
        guard connected >= 0 else { throw .last("accept a connection of \(peer)") }
        _ = fcntl(connected, F_SETFD, FD_CLOEXEC)
        let socket = StreamSocket(connected, peer: peer)
        socket.sendAtOnce()
        return socket
    }

    /// Gives the socket a free port, which it returns, and lets it listen.
    private static func listen(_ descriptor: Int32) throws(SystemError) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, start, length) == 0 && systemListen(descriptor, backlog) == 0
                && getsockname(descriptor, start, &length) == 0
        }
        guard isListening else { throw .last(action) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// The system's accept(2) and listen(2), which the type's own functions of these names would hide.
private func systemAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }

private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
