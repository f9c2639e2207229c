/// An object for every channel number in use. Numbers are mostly small but may be any of 65535, so that the table
/// grows by pages.
struct ChannelTable<Element: AnyObject> {
    private static var pageSize: Int { 64 }
    private var pages: [[Element?]] = []

    subscript(number: UInt16) -> Element? {
        get {
            let page = Int(number) / Self.pageSize
            guard page < pages.count, !pages[page].isEmpty else { return nil }
            return pages[page][Int(number) % Self.pageSize]
        }
        set {
            let page = Int(number) / Self.pageSize
            guard reservePage(page, for: newValue) else { return }
            pages[page][Int(number) % Self.pageSize] = newValue
        }
    }

    /// What there is, by number.
    var all: [(number: UInt16, element: Element)] {
        pages.indices.flatMap { page in
            pages[page].indices.compactMap { index in
                pages[page][index].map { (UInt16(page * Self.pageSize + index), $0) }
            }
        }
    }

    mutating func removeAll() { pages = [] }

    /// Whether there is a place to write to: removing needs none.
    private mutating func reservePage(_ page: Int, for element: Element?) -> Bool {
        if page < pages.count, !pages[page].isEmpty { return true }
        guard element != nil else { return false }
        while pages.count <= page { pages.append([]) }
        pages[page] = Array(repeating: nil, count: Self.pageSize)
        return true
    }
}
