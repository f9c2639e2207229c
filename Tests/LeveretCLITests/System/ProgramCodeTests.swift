import Testing

@testable import LeveretCLI

@Suite struct ProgramCodeTests {
    @Test func `only code from files that cannot be written to is taken out of memory`() {
        let code: Substring = "5652c7704000-5652c9473000 r-xp 00000000 fe:00 1 /usr/bin/leveret"
        #expect(ProgramCode.codeRange(of: code) == 0x5652_c770_4000..<0x5652_c947_3000)
        let others: [Substring] = [
            "5652c953e000-5652c9872000 rw-p 01e39000 fe:00 16245800                   /usr/bin/leveret",
            "5652c953e000-5652c9872000 rwxp 01e39000 fe:00 16245800                   /usr/bin/leveret",
            "5652c9474000-5652c953e000 r--p 01d6f000 fe:00 16245800                   /usr/bin/leveret",
            "7ffd0b1f2000-7ffd0b1f4000 r-xp 00000000 00:00 0                          [vdso]",
            "7f9970000000-7f9970083000 r-xp 00000000 00:00 0 ",
            "",
        ]
        for other in others { #expect(ProgramCode.codeRange(of: other) == nil) }
    }

    @Test func `a program whose code was taken out of memory goes on`() {
        ProgramCode.unmap()
        #expect([3, 1, 2].sorted() == [1, 2, 3])
    }
}
