extension ClassDefinition {
    /// The file with one struct for each method of the class.
    var methodsFile: GeneratedFile {
        var source = SourceText(imports: ["package import LeveretModel"])
        for method in methods { render(method, into: &source) }
        return GeneratedFile(name: "\(typeName)Methods.swift", text: source.text)
    }

    private func render(_ method: MethodDefinition, into source: inout SourceText) {
        source.line("")
        source.line("/// \(name).\(method.name). \(method.summary)")
        source.block("package struct \(typeName(of: method)): MethodFields", separated: false) { source in
            source.line("package static var id: MethodID { MethodID(classID: \(number), methodID: \(method.number)) }")
            method.renderProperties(into: &source)
            method.renderInitializer(into: &source)
            method.renderReading(into: &source)
            method.renderWriting(into: &source)
        }
    }
}

extension MethodDefinition {
    fileprivate func renderProperties(into source: inout SourceText) {
        let members = fields.filter { $0.name != nil }
        guard !members.isEmpty else { return }
        source.line("")
        for field in members {
            source.line("package var \(SwiftNames.escaped(field.member ?? "")): \(field.swiftType)")
        }
    }

    fileprivate func renderInitializer(into source: inout SourceText) {
        let parameters = fields.compactMap(\.parameter)
        guard !parameters.isEmpty else {
            source.line("")
            source.line("package init() {}")
            return
        }
        let assignments: (inout SourceText) -> Void = { source in
            for member in fields.compactMap(\.member) {
                source.line("self.\(member) = \(SwiftNames.escaped(member))")
            }
        }
        let short = "package init(\(parameters.joined(separator: ", ")))"
        if source.fits(short + " {") {
            source.block(short, assignments)
        } else {
            source.line("")
            source.line("package init(")
            source.nested { source in
                for (index, parameter) in parameters.enumerated() {
                    source.line(parameter + (index == parameters.count - 1 ? "" : ","))
                }
            }
            source.block(")", separated: false, assignments)
        }
    }

    fileprivate func renderReading(into source: inout SourceText) {
        let opening = "package init(from reader: inout MethodReader) throws(WireError)"
        renderStatements(opening, fields.map(\.reading), into: &source)
    }

    fileprivate func renderWriting(into source: inout SourceText) {
        let opening = "package func write(to writer: inout MethodWriter) throws(EncodingError)"
        renderStatements(opening, fields.map(\.writing), into: &source)
    }

    private func renderStatements(_ opening: String, _ statements: [String], into source: inout SourceText) {
        guard !statements.isEmpty else {
            source.line("")
            source.line(opening + " {}")
            return
        }
        source.block(opening) { source in
            for statement in statements { source.line(statement) }
        }
    }
}
