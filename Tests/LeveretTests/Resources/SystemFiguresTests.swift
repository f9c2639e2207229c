import Testing

@testable import Leveret

@Suite struct SystemFiguresTests {
    @Test func `this process has some of the machine's memory, and the disk some room`() throws {
        let total = try #require(SystemMemory.total)
        let used = try #require(SystemMemory.used)
        #expect(used > 0)
        #expect(used < total)
        SystemMemory.giveBackUnused()
        #expect(try #require(FileSystem.freeBytes(at: "/tmp")) > 0)
        #expect(FileSystem.freeBytes(at: "/nowhere/at/all") == nil)
    }

    @Test func `the limits of a control group and of all above it count`() {
        #expect(
            ControlGroup.limitFiles(groups: "4:memory:/x\n0::/system.slice/leveret.service\n") == [
                "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/system.slice/leveret.service/memory.max",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            ]
        )
        #expect(ControlGroup.limitFiles(groups: "").first == "/sys/fs/cgroup/memory.max")
        #expect(ControlGroup.limit("536870912\n") == 536_870_912)
        #expect(ControlGroup.limit("max\n") == nil)
        #expect(ControlGroup.limit("") == nil)
    }
}
