import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Makes a socket file that listens and that only the wanted users may connect to.
enum UnixSocketFile {
    /// A listening socket at the path.
    ///
    /// The mode is set after binding and before listening, so that nobody can connect in between; setting the
    /// process's umask instead would change the mode of files that other threads create.
    static func listen(path: String, mode: mode_t, backlog: Int) throws -> CInt {
        let address = try socketAddress(of: path)
        try removeStaleFile(at: path, address: address)
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard descriptor >= 0 else { throw failure(path, errno) }
        do {
            try prepare(descriptor, path: path, address: address, mode: mode, backlog: backlog)
        } catch {
            _ = close(descriptor)
            throw error
        }
        return descriptor
    }

    static func remove(path: String) { _ = unlink(path) }

    private static func prepare(
        _ descriptor: CInt,
        path: String,
        address: SocketAddress,
        mode: mode_t,
        backlog: Int
    ) throws {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw failure(path, errno) }
        let bound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard bound == 0 else { throw failure(path, errno) }
        guard chmod(path, mode) == 0, systemListen(descriptor, CInt(clamping: backlog)) == 0 else {
            let code = errno
            remove(path: path)
            throw failure(path, code)
        }
    }

    private static func socketAddress(of path: String) throws -> SocketAddress {
        do {
            return try SocketAddress(unixDomainSocketPath: path)
        } catch {
            throw ServerError.pathTooLong(path, limit: pathLimit)
        }
    }

    /// Removes the socket file of a process that is dead, and nothing else.
    private static func removeStaleFile(at path: String, address: SocketAddress) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ServerError.cannotListen(path, reason: "there is a file of that name that is not a socket")
        }
        let probe = socket(AF_UNIX, streamType, 0)
        guard probe >= 0 else { throw failure(path, errno) }
        defer { _ = close(probe) }
        let connected = address.withSockAddr { connect(probe, $0, socklen_t($1)) }
        if connected == 0 || errno != ECONNREFUSED { throw ServerError.addressInUse(.unixDomainSocket(path: path)) }
        remove(path: path)
    }

    private static func failure(_ path: String, _ code: CInt) -> ServerError {
        switch code {
        case EADDRINUSE: .addressInUse(.unixDomainSocket(path: path))
        case EACCES, EPERM: .permissionDenied(.unixDomainSocket(path: path))
        default: .cannotListen(path, reason: String(cString: strerror(code)))
        }
    }

    private static var pathLimit: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

    #if canImport(Glibc)
    private static var streamType: CInt { CInt(SOCK_STREAM.rawValue) }
    #else
    private static var streamType: CInt { SOCK_STREAM }
    #endif
}

/// The system's listen(2), which the type's own function of that name would hide.
private func systemListen(_ descriptor: CInt, _ backlog: CInt) -> CInt { listen(descriptor, backlog) }
