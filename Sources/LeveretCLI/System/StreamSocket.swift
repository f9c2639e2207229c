#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connected stream socket whose calls block the thread.
final class StreamSocket: Sendable {
    private let descriptor: Int32
    /// Who is at the other end, for the texts of errors.
    private let peer: String

    /// Takes a descriptor over and closes it in the end.
    init(_ descriptor: Int32, peer: String = "the broker") {
        self.descriptor = descriptor
        self.peer = peer
    }

    deinit { close(descriptor) }

    /// Connects to the first address of a host that answers.
    static func connect(
        host: String,
        port: Int,
        peer: String = "the broker"
    ) throws(SystemError) -> StreamSocket {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = streamType
        var found: UnsafeMutablePointer<addrinfo>?
        // An address in digits needs none of the system's files, which would be read anew for each connection.
        hints.ai_flags = AI_NUMERICHOST
        var code = getaddrinfo(host, String(port), &hints, &found)
        if code == EAI_NONAME {
            hints.ai_flags = 0
            code = getaddrinfo(host, String(port), &hints, &found)
        }
        guard code == 0 else {
            throw SystemError(code: code == EAI_SYSTEM ? errno : EHOSTUNREACH, action: "find the address of \(host)")
        }
        defer { freeaddrinfo(found) }
        var failure = SystemError(code: EHOSTUNREACH, action: "connect to \(host):\(port)")
        var next = found
        while let address = next?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            if descriptor >= 0, connectOrClose(descriptor, address.ai_addr, address.ai_addrlen) {
                let connected = StreamSocket(descriptor, peer: peer)
                connected.sendAtOnce()
                return connected
            }
            failure.code = errno
            next = address.ai_next
        }
        throw failure
    }

    /// Connects to a socket file.
    static func connect(path: String) throws(SystemError) -> StreamSocket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard isShort else { throw SystemError(code: ENAMETOOLONG, action: "connect to \(path)") }
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard descriptor >= 0 else { throw .last("connect to \(path)") }
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return connectOrClose(descriptor, start, socklen_t(bytes.count))
        }
        guard isConnected else { throw .last("connect to \(path)") }
        return StreamSocket(descriptor)
    }

    private static func connectOrClose(
        _ descriptor: Int32,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t
    ) -> Bool {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        if systemConnect(descriptor, address, length) == 0 { return true }
        let code = errno
        close(descriptor)
        errno = code
        return false
    }

    #if canImport(Glibc)
    static var streamType: Int32 { Int32(SOCK_STREAM.rawValue) }
    #else
    static var streamType: Int32 { SOCK_STREAM }
    #endif
}

// MARK: - Traffic

extension StreamSocket {
    /// What a call that may be cut short has done.
    enum Outcome: Hashable {
        case moved(Int)
        /// The time set by `setTimeout` is over, or there is nothing at the moment.
        case nothing
        /// The peer has closed its side.
        case ended
    }

    /// Lets what is sent leave at once, not when more has gathered.
    func sendAtOnce() { set(IPPROTO_TCP, TCP_NODELAY, Int32(1)) }

    /// Lets each call that follows return after so many milliseconds at the latest.
    func setTimeout(milliseconds: Int) {
        let time = timeval(tv_sec: milliseconds / 1000, tv_usec: .init(milliseconds % 1000 * 1000))
        set(SOL_SOCKET, SO_RCVTIMEO, time)
        set(SOL_SOCKET, SO_SNDTIMEO, time)
    }

    /// Sends as much as the system takes.
    func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Outcome {
        while true {
            let count = systemSend(descriptor, bytes.baseAddress, bytes.count, noSignal)
            if count >= 0 { return .moved(count) }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .nothing }
            if errno == EPIPE || errno == ECONNRESET { return .ended }
            guard errno == EINTR else { throw .last("send to \(peer)") }
        }
    }

    /// Sends everything, however long it takes.
    func sendAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            switch try send(rest) {
            case .moved(let count): rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            case .nothing: continue
            case .ended: throw SystemError(code: EPIPE, action: "send to \(peer)")
            }
        }
    }

    /// Receives what there is, waiting for something unless told not to.
    func receive(into room: UnsafeMutableRawBufferPointer, wait: Bool = true) throws(SystemError) -> Outcome {
        while true {
            let count = recv(descriptor, room.baseAddress, room.count, wait ? 0 : dontWait)
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .nothing }
            if errno == ECONNRESET { return .ended }
            guard errno == EINTR else { throw .last("receive from \(peer)") }
        }
    }

    /// Waits until something has come, or the peer has gone, or the clock shows `moment`. A descriptor that is too high
    /// for the system's exact waits only waits for the clock.
    func waitForInput(until moment: UInt64) {
        let now = MonotonicClock.now()
        guard moment > now else { return }
        var readable = fd_set()
        let isLow = withUnsafeMutableBytes(of: &readable) { bits in
            let place = Int(descriptor) / 8
            guard place < bits.count else { return false }
            bits[place] |= 1 << UInt8(descriptor % 8)
            return true
        }
        guard isLow else { return MonotonicClock.wait(until: moment) }
        let nanoseconds = moment - now
        var pause = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        _ = pselect(descriptor + 1, &readable, nil, nil, &pause, nil)
    }

    /// Fills the room, or gives `false` if the peer has closed its side before anything came. Throws if nothing comes
    /// for as long as `setTimeout` says.
    func receiveAll(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Bool {
        var rest = room
        while !rest.isEmpty {
            switch try receive(into: rest) {
            case .moved(let count): rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
            case .nothing: throw SystemError(code: ETIMEDOUT, action: "receive from \(peer)")
            case .ended where rest.count == room.count: return false
            case .ended: throw SystemError(code: ECONNRESET, action: "receive from \(peer)")
            }
        }
        return true
    }

    /// Closes this side: the peer receives what was sent, and then the end.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    private func set<Value>(_ level: some BinaryInteger, _ option: some BinaryInteger, _ value: Value) {
        withUnsafeBytes(of: value) {
            _ = setsockopt(descriptor, Int32(level), Int32(option), $0.baseAddress, socklen_t($0.count))
        }
    }

    #if canImport(Darwin)
    private var noSignal: Int32 { 0 }
    #else
    private var noSignal: Int32 { Int32(MSG_NOSIGNAL) }
    #endif

    private var dontWait: Int32 { Int32(MSG_DONTWAIT) }
}

/// The system's send(2) and connect(2), which the type's own functions of these names would hide.
private func systemSend(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, start, count, flags)
}

private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}
