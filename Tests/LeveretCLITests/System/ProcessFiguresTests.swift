import Testing

@testable import LeveretCLI

struct ProcessFiguresTests {
    @Test func `figures are read behind a name that looks like fields`() {
        let stat = "77 (a ) 1 2) S 1 77 77 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 4 0 100 1 2"
        let status = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n"
        let figures = ProcessFigures(stat: stat, status: status, ticksPerSecond: 100)
        #expect(figures.processorMicroseconds == 3_000_000)
        #expect(figures.residentBytes == 1 << 20)
        #expect(figures.peakResidentBytes == 2 << 20)
    }

    @Test func `text that is something else gives nothing`() {
        let figures = ProcessFigures(stat: "", status: "", ticksPerSecond: 0)
        #expect(figures.processorMicroseconds == 0)
        #expect(figures.residentBytes == 0)
    }
}
