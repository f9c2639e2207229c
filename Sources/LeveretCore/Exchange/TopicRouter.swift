/// The bindings whose key matches the routing key word by word: `*` is one word, `#` any number of words.
///
/// Keys are kept in a trie of their words. A key that holds several `#` may be met more than once for a message;
/// the routing takes a queue only once.
final class TopicRouter: Router {
    fileprivate final class Node {
        var children: [Substring: Node] = [:]
        var anyWord: Node?
        var anyWords: Node?
        var bindings: [Binding] = []

        var isEmpty: Bool { children.isEmpty && anyWord == nil && anyWords == nil && bindings.isEmpty }
    }

    private let root = Node()

    var dependsOnKeyOnly: Bool { true }

    /// The words of a key; the empty key has none.
    static func words(of key: String) -> [Substring] {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false)
    }

    func add(_ binding: Binding) {
        var node = root
        for word in TopicRouter.words(of: binding.routingKey) { node = node.child(for: word) }
        node.bindings.append(binding)
    }

    func remove(_ binding: Binding) {
        remove(binding, words: TopicRouter.words(of: binding.routingKey)[...], from: root)
    }

    private func remove(_ binding: Binding, words: ArraySlice<Substring>, from node: Node) {
        guard let word = words.first else {
            node.bindings.removeAll { $0 === binding }
            return
        }
        guard let child = node.existingChild(for: word) else { return }
        remove(binding, words: words.dropFirst(), from: child)
        if child.isEmpty { node.removeChild(for: word) }
    }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        visit(root, TopicRouter.words(of: subject.key)[...], match)
    }

    private func visit(_ node: Node, _ words: ArraySlice<Substring>, _ match: (Binding) -> Void) {
        if let anyWords = node.anyWords {
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
    fileprivate func child(for word: Substring) -> TopicRouter.Node {
        if let child = existingChild(for: word) { return child }
        let child = TopicRouter.Node()
        switch word {
        case "*": anyWord = child
        case "#": anyWords = child
        default: children[word] = child
        }
        return child
    }

    fileprivate func existingChild(for word: Substring) -> TopicRouter.Node? {
        switch word {
        case "*": anyWord
        case "#": anyWords
        default: children[word]
        }
    }

    fileprivate func removeChild(for word: Substring) {
        switch word {
        case "*": anyWord = nil
        case "#": anyWords = nil
        default: children[word] = nil
        }
    }
}
