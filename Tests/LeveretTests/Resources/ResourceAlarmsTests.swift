import LeveretCore
import Testing

@testable import Leveret

@Suite struct ResourceAlarmsTests {
    @Test func `memory above its limit is an alarm until a tenth of the limit is free again`() {
        var alarms = ResourceAlarms()
        let story = [(1000, false), (1001, true), (1000, true), (901, true), (900, false), (1000, false)]
        for (used, isShort) in story {
            alarms.noteMemory(used: used, limit: 1000)
            #expect(alarms[.memory] == isShort, "\(used) bytes in use")
        }
    }

    @Test func `a disk below its limit is an alarm until there is a tenth more than that`() {
        var alarms = ResourceAlarms()
        let story = [(1000, false), (999, true), (1000, true), (1099, true), (1100, false), (1000, false)]
        for (free, isShort) in story {
            alarms.noteDisk(free: free, limit: 1000)
            #expect(alarms[.disk] == isShort, "\(free) bytes free")
        }
    }

    @Test func `a watermark of nothing is always passed, a disk limit of nothing never`() {
        var alarms = ResourceAlarms()
        alarms.noteMemory(used: 1, limit: 0)
        alarms.noteDisk(free: 0, limit: 0)
        #expect(alarms[.memory])
        #expect(!alarms[.disk])
    }

    @Test func `limits as large as numbers go do not overflow`() {
        var alarms = ResourceAlarms()
        for _ in 0..<2 {
            alarms.noteMemory(used: .max, limit: .max)
            alarms.noteDisk(free: 5, limit: .max)
        }
        #expect(!alarms[.memory])
        #expect(alarms[.disk])
    }

    @Test func `what is not watched, or not known, is no alarm`() {
        var alarms = ResourceAlarms()
        alarms.noteMemory(used: 2, limit: 1)
        alarms.noteMemory(used: 2, limit: nil)
        #expect(!alarms[.memory])
        alarms.noteDisk(free: 0, limit: 1)
        alarms.noteDisk(free: nil, limit: 1)
        #expect(!alarms[.disk])
    }

    @Test func `a part of the memory is a number of bytes, however odd the part`() {
        #expect(ResourceLimits.Amount.partOfMemory(0.5).bytes(ofMemory: 1000) == 500)
        #expect(ResourceLimits.Amount.partOfMemory(-1).bytes(ofMemory: 1000) == 0)
        #expect(ResourceLimits.Amount.partOfMemory(.infinity).bytes(ofMemory: 1000) == .max)
        #expect(ResourceLimits.Amount.partOfMemory(.nan).bytes(ofMemory: 1000) >= 0)
        #expect(ResourceLimits.Amount.bytes(-5).bytes(ofMemory: 1000) == 0)
    }
}
