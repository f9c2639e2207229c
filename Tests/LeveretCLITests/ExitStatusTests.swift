import Testing

@testable import LeveretCLI

struct ExitStatusTests {
    @Test func `scripts can rely on the numbers`() {
        #expect(ExitStatus.success.rawValue == 0)
        #expect(ExitStatus.failed.rawValue == 1)
        #expect(ExitStatus.usage.rawValue == 2)
        #expect(ExitStatus.unreachable.rawValue == 3)
        #expect(ExitStatus.refused.rawValue == 4)
        #expect(ExitStatus.dataDirectory.rawValue == 5)
    }
}
