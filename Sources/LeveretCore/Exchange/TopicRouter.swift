/// The bindings whose key matches the routing key word by word: `*` is one word, `#` any number of words.
///
/// Keys are kept in a trie of their words. What lies behind a `#` has been looked for in all that was left of the
/// routing key once that `#` has been met, so that it need not be looked for again when it is met further on.
final class TopicRouter: Router {
    fileprivate final class Node {
        var children: [Word: Node] = [:]
        var anyWord: Node?
        var anyWords: Node?
        var bindings: [Binding] = []
        /// The last routing that met this `#`.
        var visit: UInt64 = 0

        var isEmpty: Bool { children.isEmpty && anyWord == nil && anyWords == nil && bindings.isEmpty }
    }

    /// A word as bytes, because that is what a key is split and compared by.
    typealias Word = ArraySlice<UInt8>

    private let root = Node()
    private var visits: UInt64 = 0

    var dependsOnKeyOnly: Bool { true }

    /// The words of a key; the empty key has none.
    static func words(of key: String) -> [Word] {
        key.isEmpty ? [] : Array(key.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    func add(_ binding: Binding) {
        var node = root
        for word in TopicRouter.words(of: binding.routingKey) { node = node.child(for: word) }
        node.bindings.append(binding)
    }

    func remove(_ binding: Binding) {
        remove(binding, words: TopicRouter.words(of: binding.routingKey)[...], from: root)
    }

    private func remove(_ binding: Binding, words: ArraySlice<Word>, from node: Node) {
        guard let word = words.first else {
            node.bindings.removeInOrder(binding)
            return
        }
        guard let child = node.existingChild(for: word) else { return }
        remove(binding, words: words.dropFirst(), from: child)
        if child.isEmpty { node.removeChild(for: word) }
    }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        for key in subject.keys {
            visits += 1
            visit(root, TopicRouter.words(of: key)[...], match)
        }
    }

    private func visit(_ node: Node, _ words: ArraySlice<Word>, _ match: (Binding) -> Void) {
        if let anyWords = node.anyWords, anyWords.visit != visits {
            anyWords.visit = visits
            for start in words.startIndex...words.endIndex { visit(anyWords, words[start...], match) }
        }
        guard let word = words.first else {
            node.bindings.forEach(match)
            return
        }
        if let child = node.children[word] { visit(child, words.dropFirst(), match) }
        if let anyWord = node.anyWord { visit(anyWord, words.dropFirst(), match) }
    }
}

extension TopicRouter.Node {
    fileprivate func child(for word: TopicRouter.Word) -> TopicRouter.Node {
        if let child = existingChild(for: word) { return child }
        let child = TopicRouter.Node()
        if word.isAnyWord {
            anyWord = child
        } else if word.isAnyWords {
            anyWords = child
        } else {
            children[word] = child
        }
        return child
    }

    fileprivate func existingChild(for word: TopicRouter.Word) -> TopicRouter.Node? {
        if word.isAnyWord { return anyWord }
        return word.isAnyWords ? anyWords : children[word]
    }

    fileprivate func removeChild(for word: TopicRouter.Word) {
        if word.isAnyWord {
            anyWord = nil
        } else if word.isAnyWords {
            anyWords = nil
        } else {
            children[word] = nil
        }
    }
}

extension TopicRouter.Word {
    /// `*`
    fileprivate var isAnyWord: Bool { count == 1 && first == UInt8(ascii: "*") }
    /// `#`
    var isAnyWords: Bool { count == 1 && first == UInt8(ascii: "#") }
}
