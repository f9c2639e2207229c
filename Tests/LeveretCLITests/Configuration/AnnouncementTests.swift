import Testing

@testable import LeveretCLI

struct AnnouncementTests {
    @Test func `the first line is what scripts wait for`() {
        let announcement = Announcement(
            addresses: ["127.0.0.1:5672"],
            port: 5672,
            host: "127.0.0.1",
            directory: "/",
            program: "leveret"
        )
        #expect(
            announcement.lines == [
                "listening on 127.0.0.1:5672",
                "data in /",
                "try: leveret publish --url amqp://127.0.0.1:5672 --queue hello --declare \"hi\"",
            ]
        )
    }

    @Test func `the line to try speaks TLS where nothing else is spoken`() {
        let announcement = Announcement(
            addresses: ["127.0.0.1:5671 (TLS)"],
            port: 5671,
            isTLS: true,
            host: "127.0.0.1",
            directory: nil,
            program: "leveret"
        )
        #expect(announcement.lines.first == "listening on 127.0.0.1:5671 (TLS)")
        #expect(announcement.lines.last?.contains("--url amqps://127.0.0.1:5671 ") == true)
    }

    @Test(arguments: [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("example.org", "example.org")])
    func `the line to try names an address that can be connected to`(host: String, reachable: String) {
        let announcement = Announcement(
            addresses: [],
            port: 7,
            host: host,
            directory: nil,
            program: "bin/leveret"
        )
        #expect(announcement.lines.last?.contains("bin/leveret publish --url amqp://\(reachable):7 ") == true)
    }
}
