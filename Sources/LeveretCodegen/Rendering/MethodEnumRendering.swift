/// Renders the enumeration of all methods and the switches over it.
struct MethodEnumRendering {
    var classes: [ClassDefinition]

    var files: [GeneratedFile] {
        [enumFile, codingFile, traitsFile]
    }

    private var enumFile: GeneratedFile {
        var source = SourceText()
        source.line("")
        source.line("/// Any method of AMQP 0-9-1 and of RabbitMQ's extensions.")
        source.block("package enum Method: Sendable, Hashable", separated: false) { source in
            forEachMethod { definition, method in
                source.line("case \(definition.caseName(of: method))(\(definition.typeName(of: method)))")
            }
        }
        return GeneratedFile(name: "Method.swift", text: source.text)
    }

    private var codingFile: GeneratedFile {
        var source = SourceText(imports: ["import LeveretModel"])
        source.block("extension Method") { source in
            source.line("/// Reads the fields of the method with this number, or `nil` if there is none.")
            let parameters = "_ id: MethodID, from reader: inout MethodReader"
            source.block("static func read(\(parameters)) throws(WireError) -> Method?", separated: false) { source in
                source.line("switch id.classID {")
                for definition in classes {
                    source.line("case \(definition.number): try read\(definition.typeName)(id.methodID, from: &reader)")
                }
                source.line("default: nil")
                source.line("}")
            }
            for definition in classes { renderReading(definition, into: &source) }
            renderWriting(into: &source)
        }
        return GeneratedFile(name: "Method+Fields.swift", text: source.text)
    }

    private func renderReading(_ definition: ClassDefinition, into source: inout SourceText) {
        source.line("")
        source.line("private static func read\(definition.typeName)(")
        source.nested { source in
            source.line("_ number: UInt16,")
            source.line("from reader: inout MethodReader")
        }
        source.block(") throws(WireError) -> Method?", separated: false) { source in
            source.line("switch number {")
            for method in definition.methods {
                let fields = "\(definition.typeName(of: method))(from: &reader)"
                source.line("case \(method.number): .\(definition.caseName(of: method))(try \(fields))")
            }
            source.line("default: nil")
            source.line("}")
        }
    }

    private func renderWriting(into source: inout SourceText) {
        source.line("")
        source.line("/// Writes the fields, without the method's number.")
        source.block("func write(to writer: inout MethodWriter) throws(EncodingError)", separated: false) { source in
            source.line("switch self {")
            forEachMethod { definition, method in
                source.line("case .\(definition.caseName(of: method))(let fields): try fields.write(to: &writer)")
            }
            source.line("}")
        }
    }

    private var traitsFile: GeneratedFile {
        var source = SourceText(imports: ["package import LeveretModel"])
        source.block("extension Method") { source in
            source.line("/// The method's class and method number.")
            source.block("package var id: MethodID", separated: false) { source in
                source.line("switch self {")
                forEachMethod { definition, method in
                    let type = definition.typeName(of: method)
                    source.line("case .\(definition.caseName(of: method)): \(type).id")
                }
                source.line("}")
            }
        }
        source.block("extension MethodID") { source in
            source.line("/// Whether a content header and body frames follow the method.")
            renderTest("hasContent", \.carriesContent, into: &source)
            source.line("")
            source.line("/// Whether the sender waits for an answer.")
            renderTest("isSynchronous", { !$0.answers.isEmpty }, into: &source)
            source.line("")
            renderNames(into: &source)
        }
        return GeneratedFile(name: "Method+Traits.swift", text: source.text)
    }

    private func renderTest(
        _ member: String,
        _ holds: (MethodDefinition) -> Bool,
        into source: inout SourceText
    ) {
        source.block("package var \(member): Bool", separated: false) { source in
            source.line("switch (classID, methodID) {")
            for definition in classes {
                let numbers = definition.methods.filter(holds).map { "(\(definition.number), \($0.number))" }
                guard !numbers.isEmpty else { continue }
                source.line("case \(numbers.joined(separator: ", ")): true")
            }
            source.line("default: false")
            source.line("}")
        }
    }

    private func renderNames(into source: inout SourceText) {
        source.line("/// The protocol's name, such as `queue.declare-ok`, or the numbers of an unknown method.")
        source.block("package var name: String", separated: false) { source in
            source.line("switch (classID, methodID) {")
            forEachMethod { definition, method in
                source.line("case (\(definition.number), \(method.number)): \"\(definition.name).\(method.name)\"")
            }
            source.line("default: \"\\(classID).\\(methodID)\"")
            source.line("}")
        }
    }

    private func forEachMethod(_ body: (ClassDefinition, MethodDefinition) -> Void) {
        for definition in classes {
            for method in definition.methods { body(definition, method) }
        }
    }
}
