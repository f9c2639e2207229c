import Testing

@testable import LeveretServer

@Suite struct DrainAccountTests {
    @Test func `drained bytes are told by themselves from half of the window on`() {
        var account = DrainAccount(window: 1000)
        account.wrote(cost: 499)
        #expect(account.takeIfDue() == 0)
        account.wrote(cost: 1)
        #expect(account.takeIfDue() == 500)
        #expect(account.takeIfDue() == 0)
    }

    @Test func `drained bytes go along with other commands at any time, and once`() {
        var account = DrainAccount(window: 1000)
        account.wrote(cost: 7)
        #expect(account.take() == 7)
        #expect(account.take() == 0)
    }

    @Test func `a message larger than the window is told at once`() {
        var account = DrainAccount(window: 1000)
        account.wrote(cost: 5000)
        #expect(account.takeIfDue() == 5000)
    }

    /// The core stops delivering when the window is used up; the connection speaks up before everything that was
    /// delivered is untold, whatever the sizes are.
    @Test(arguments: [1, 64, 333, 500, 999, 1000, 1001, 4096])
    func `a consumer never stalls`(cost: Int) {
        let window = 1000
        var account = DrainAccount(window: window)
        var allowance = window
        for _ in 0..<100 {
            while allowance > 0 {
                allowance -= cost
                account.wrote(cost: cost)
            }
            allowance = min(window, allowance + account.takeIfDue())
            #expect(allowance > 0)
        }
    }
}
