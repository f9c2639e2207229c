import Testing

@testable import LeveretCLI

struct TableTests {
    @Test func `columns are as wide as their widest cell`() {
        var table = Table([.left("QUEUE"), .right("READY")])
        table.add(["orders", "5"])
        table.add(["a", "1,000,000"])
        #expect(table.lines == ["QUEUE       READY", "orders          5", "a       1,000,000"])
    }

    @Test func `a table whose titles are empty has no title line`() {
        var table = Table([.left(""), .right("")])
        table.add(["lost", "0"])
        #expect(table.lines == ["lost  0"])
    }

    @Test func `no line ends with spaces`() {
        var table = Table([.left("NAME"), .left("FEATURES")])
        table.add(["a", ""])
        table.add(["b", "durable"])
        #expect(table.lines == ["NAME  FEATURES", "a", "b     durable"])
    }

    @Test func `missing cells are empty and further ones are left out`() {
        var table = Table([.left("A"), .left("B")])
        table.add(["1"])
        table.add(["1", "2", "3"])
        #expect(table.lines == ["A  B", "1", "1  2"])
    }
}
