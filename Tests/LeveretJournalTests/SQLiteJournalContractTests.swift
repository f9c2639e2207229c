import LeveretJournal
import Testing

@Suite struct SQLiteJournalContractTests {
    @Test(arguments: JournalStoreContract.all)
    func `the journal in SQLite keeps`(_ contract: JournalStoreContract) throws {
        let directory = try TemporaryDirectory()
        // The contract is about what is kept; what survives the loss of power is tested elsewhere.
        try contract.check { try SQLiteJournal(directory: directory.path, durability: .off) }
        let report = try JournalCheck.run(directory: directory.path)
        #expect(report.problems == [])
    }
}
