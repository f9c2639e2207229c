import NIOCore
import Testing

@testable import LeveretServer

struct ConnectionNameTests {
    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.9", true), ("126.255.255.255", false), ("128.0.0.1", false),
        ("10.127.0.1", false), ("::1", true), ("::", false), ("::2", false), ("1::1", false),
        ("::ffff:127.0.0.1", true), ("::ffff:10.0.0.127", false), ("fe80::1", false),
    ])
    func `an address of this machine alone is told from others`(address: String, isLoopback: Bool) throws {
        let remote = try SocketAddress(ipAddress: address, port: 40_000)
        #expect(ConnectionName(local: nil, remote: remote).isLoopback == isLoopback)
    }

    @Test func `a client of a socket file is on this machine`() throws {
        let socket = try SocketAddress(unixDomainSocketPath: "/run/leveret.sock")
        #expect(ConnectionName(local: socket, remote: nil).isLoopback)
        #expect(!ConnectionName(local: nil, remote: nil).isLoopback)
    }

    @Test(arguments: [
        ("10.0.0.7", "10.0.0.1", "10.0.0.7:40000 -> 10.0.0.1:5672"),
        ("fe80::7", "::1", "[fe80::7]:40000 -> [::1]:5672"),
    ])
    func `a connection is called by both its ends`(remote: String, local: String, description: String) throws {
        let name = ConnectionName(
            local: try SocketAddress(ipAddress: local, port: 5672),
            remote: try SocketAddress(ipAddress: remote, port: 40_000)
        )
        #expect(name.description == description)
        #expect(name.addresses.host == local)
        #expect(name.addresses.port == 5672)
        #expect(name.addresses.peerHost == remote)
        #expect(name.addresses.peerPort == 40_000)
    }

    @Test func `the client's end of a socket file has no name of its own`() throws {
        let name = ConnectionName(local: try SocketAddress(unixDomainSocketPath: "/run/leveret.sock"), remote: nil)
        #expect(name.description == "local -> /run/leveret.sock")
        #expect(ConnectionName(local: nil, remote: nil).description == "unknown -> unknown")
    }
}
